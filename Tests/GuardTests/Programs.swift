import Foundation
import MachineRunner
import SystemPackage
import Testing

/// The unmodified programs that `Scripts/programs` fetched.
enum Programs {
    /// The root of the checkout.
    static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

    /// `STRATA_PROGRAMS`, or `.build-programs` in the checkout.
    static let folder: FilePath = {
        let named = ProcessInfo.processInfo.environment["STRATA_PROGRAMS"] ?? ""
        return named.isEmpty ? root.appending(".build-programs") : FilePath(named)
    }()

    static func path(_ name: String, _ architecture: MachineArchitecture) -> FilePath {
        folder.appending(architecture.rawValue).appending(name)
    }

    static func has(_ name: String, _ architecture: MachineArchitecture) -> Bool {
        FileManager.default.fileExists(atPath: path(name, architecture).string)
    }

    static func isMissing(_ name: String, _ architecture: MachineArchitecture) -> Comment {
        "\(architecture.rawValue)/\(name) is not in \(folder.string): run Scripts/programs, which needs a network"
    }
}

/// Everything that runs programs on real firmware in QEMU, one machine at a time: two emulators on two processors would only slow
/// each other down.
@Suite(.serialized)
struct GuardTests {
    /// Runs a program to the end, with the images of this checkout.
    static func run(
        _ task: GuardOptions.Task, _ architecture: MachineArchitecture, arguments: String = "",
        _ configure: (inout GuardedMachine) throws -> Void = { _ in }
    ) async throws -> GuardReport {
        var options = GuardOptions(task)
        options.arguments = arguments
        var machine = GuardedMachine(architecture: architecture, options: options)
        machine.image = try ImageSet.locateGuard(
            for: architecture, folder: Programs.root.appending(ImageSet.folderName), in: .current)
        // Only a machine that hangs comes near to it: where an idle host takes a minute, a busy one takes several.
        machine.timeout = .seconds(1800)
        try configure(&machine)
        return try await machine.run()
    }
}
