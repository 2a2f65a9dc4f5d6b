import Foundation
import Testing

/// The compilers of tables, as judges of those that are made here.
enum Judge {
    static let iasl = "/usr/bin/iasl"
    static let dtc = "/usr/bin/dtc"

    static func has(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }

    static func isMissing(_ program: String, _ package: String) -> Comment {
        "\(program) is not there: install \(package) (Scripts/setup does where it may)"
    }

    /// Runs a program in a folder of its own that holds `files`; gives its status and all it wrote.
    static func run(
        _ program: String, _ arguments: [String], files: [String: [UInt8]]
    ) throws -> (status: Int32, output: String, files: [String: [UInt8]]) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-judge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        var made: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            made[name] = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
        return (process.terminationStatus, String(decoding: output, as: UTF8.self), made)
    }
}
