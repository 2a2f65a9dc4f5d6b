import HostFiles
import Subprocess
import SystemPackage

/// Files packed by gzip, unpacked by the system's own program.
enum Gunzip {
    /// More than this unpacked is refused: a small file can unpack to anything.
    private static let largest = 1 << 30

    static func contents(of path: FilePath) async throws -> [UInt8] {
        // Opening it first gives the plain message for a file that is not there.
        let file: FileDescriptor
        do { file = try FileDescriptor.open(path, .readOnly) } catch {
            throw FileFailure(path: path, operation: .read, reason: "\(error)")
        }
        defer { try? file.close() }
        do {
            let result = try await run(
                .name("gzip"), arguments: ["-dc"], input: .fileDescriptor(file, closeAfterSpawningProcess: false),
                output: .bytes(limit: largest), error: .string(limit: 4_096))
            guard result.terminationStatus.isSuccess else {
                let reason = result.standardError.split(separator: "\n").first.map(String.init) ?? "gzip failed"
                throw FileFailure(path: path, operation: .read, reason: reason)
            }
            return result.standardOutput
        } catch let error as FileFailure {
            throw error
        } catch {
            throw FileFailure(
                path: path, operation: .read, reason: "gzip could not unpack it into at most 1 GiB: \(error)")
        }
    }
}
