public import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Files that come into being whole or not at all.
public enum OutputFile {
    /// Puts a file in place of what is at `path`: it is written under another name in the same folder and then moved, so that
    /// nobody ever sees half of it.
    ///
    /// - Throws: A `FileFailure`, also where `path` is a device, a pipe or a folder: moving a file there would take its place.
    public static func replace(_ path: FilePath, with contents: some Sequence<UInt8>) throws(FileFailure) {
        try replace(path) { file throws(Errno) in
            do { _ = try file.writeAll(contents) } catch { throw error as? Errno ?? .ioError }
        }
    }

    /// As `replace(_:with:)`, for contents that `write` puts into the open file itself.
    public static func replace(
        _ path: FilePath, _ write: (FileDescriptor) throws(Errno) -> Void
    ) throws(FileFailure) {
        guard let name = path.lastComponent else {
            throw FileFailure(path: path, operation: .write, reason: "this is no name of a file")
        }
        // A link is judged by what it leads to: `/dev/stdout` is as little to be replaced as the terminal behind it.
        if let type = try? path.stat().type, type != .regular {
            throw FileFailure(
                path: path, operation: .write,
                reason:
                    "\(type == .directory ? Errno.isDirectory.description : "this is no regular file, and is not replaced by one")"
            )
        }
        let temporary = path.removingLastComponent().appending(".\(name).\(getpid()).partial")
        do {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { try write(file) }
            try move(temporary, to: path)
        } catch {
            // What is left of the temporary file is of no use; that it cannot be removed either adds nothing.
            _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
            throw FileFailure(path: path, operation: .write, reason: "\(error)")
        }
    }

    private static func move(_ source: FilePath, to target: FilePath) throws(Errno) {
        // The C strings live as long as the closures that get them.
        let status = unsafe source.withPlatformString { source in
            unsafe target.withPlatformString { target in unsafe rename(source, target) }
        }
        guard status == 0 else { throw Errno(rawValue: errno) }
    }
}
