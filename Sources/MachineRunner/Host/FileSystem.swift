import HostFiles
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The few file operations that the runner needs, with the reason of a failure in words.
enum FileSystem {
    /// Why a file operation failed, as the system words it.
    struct Failure: Error {
        let reason: String

        init(_ error: any Error) {
            if let errno = error as? Errno {
                reason = errno.description
            } else if let error = error as? FileFailure {
                reason = error.reason
            } else if let error = error as? CocoaError {
                reason = Self.words(for: error)
            } else {
                reason = String(describing: error)
            }
        }

        private static func words(for error: CocoaError) -> String {
            switch error.code {
            case .fileNoSuchFile, .fileReadNoSuchFile: return "No such file or directory"
            case .fileReadNoPermission, .fileWriteNoPermission: return "Permission denied"
            case .fileWriteFileExists: return "File exists"
            case .fileWriteOutOfSpace: return "No space left on device"
            default: return "\(error)"
            }
        }
    }

    static func isRegularFile(_ path: FilePath) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && !isDirectory
    }

    static func isDirectory(_ path: FilePath) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isDirectory) && isDirectory
    }

    static func isExecutable(_ path: FilePath) -> Bool {
        isRegularFile(path) && FileManager.default.isExecutableFile(atPath: path.string)
    }

    static func byteCount(of path: FilePath) -> UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path.string)
        return (attributes?[.size] as? UInt64) ?? (attributes?[.size] as? Int).flatMap { UInt64(exactly: $0) }
    }

    static func makeDirectory(_ path: FilePath, withParents: Bool, mode: Int = 0o755) throws(Failure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path.string, withIntermediateDirectories: withParents, attributes: [.posixPermissions: mode])
        } catch { throw Failure(error) }
    }

    static func contents(of directory: FilePath) throws(Failure) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: directory.string) } catch { throw Failure(error) }
    }

    static func copy(_ source: FilePath, to target: FilePath) throws(Failure) {
        do { try FileManager.default.copyItem(atPath: source.string, toPath: target.string) } catch { throw Failure(error) }
    }

    static func remove(_ path: FilePath) {
        try? FileManager.default.removeItem(atPath: path.string)
    }

    static func write(_ bytes: some Sequence<UInt8>, to path: FilePath) throws(Failure) {
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
            _ = try file.closeAfter { try file.writeAll(bytes) }
        } catch { throw Failure(error) }
    }

    /// Puts a copy of `source` in the place of `target`: whole or not at all, whatever file system `target` lies on.
    static func replace(_ target: FilePath, withCopyOf source: FilePath) throws(Failure) {
        do {
            try OutputFile.replace(target) { file throws(Errno) in
                do {
                    try InputFile.forEachPiece(of: source) { piece in
                        // The buffer is the piece's own, and is written before the closure returns.
                        _ = try unsafe piece.withUnsafeBytes { try unsafe file.writeAll($0) }
                    }
                } catch { throw error as? Errno ?? .ioError }
            }
        } catch { throw Failure(error) }
    }

    /// Copies a file of a run's to where it is wanted; does nothing where it is not.
    ///
    /// - Throws: `MachineError.unwritable`.
    static func keep(
        _ source: FilePath, as target: FilePath?, purpose: String, in host: HostEnvironment
    ) throws(MachineError) {
        guard let target else { return }
        do throws(Failure) { try replace(host.absolute(target), withCopyOf: source) } catch {
            throw .unwritable(path: target.string, purpose: purpose, reason: error.reason)
        }
    }

    /// Tries whether a file could be written at `target`, and leaves nothing behind.
    static func checkWritable(_ target: FilePath) throws(Failure) {
        if isDirectory(target) { throw Failure(Errno.isDirectory) }
        let temporary = temporaryNeighbour(of: target)
        defer { remove(temporary) }
        try write([], to: temporary)
    }

    private static func temporaryNeighbour(of target: FilePath) -> FilePath {
        let name = target.lastComponent?.string ?? "file"
        return target.removingLastComponent().appending(".\(name).\(UUID().uuidString.prefix(8)).partial")
    }
}
