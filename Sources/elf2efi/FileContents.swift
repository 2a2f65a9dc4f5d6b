import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Whole files, in and out.
enum FileContents {
    /// All bytes of the file.
    static func read(_ path: FilePath) throws(Failure) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(path, .readOnly)
            return try file.closeAfter {
                var contents: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                    guard count > 0 else { return contents }
                    contents.append(contentsOf: buffer[..<count])
                }
            }
        } catch {
            throw Failure("\(path): cannot be read: \(error)")
        }
    }

    /// Puts a file in place of what is at `path`, all at once: it is written under another name and then moved, so that
    /// nobody ever sees half of it.
    static func replace(_ path: FilePath, with contents: [UInt8]) throws(Failure) {
        guard let name = path.lastComponent else { throw Failure("\(path): is no name of a file") }
        let temporary = path.removingLastComponent().appending(".\(name).\(getpid()).tmp")
        do {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(contents) }
            try move(temporary, to: path)
        } catch {
            // What is left of the temporary file is of no use; that it cannot be removed either adds nothing.
            _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
            throw Failure("\(path): cannot be written: \(error)")
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
