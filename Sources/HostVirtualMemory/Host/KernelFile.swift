import SystemPackage

/// Files in which the host's kernel tells of itself and its processes: their size is known when they are read to the end.
package enum KernelFile {
    /// What a file says now; nothing where it cannot be read.
    package static func bytes(_ path: String) -> [UInt8] {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec) else { return [] }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // The descriptor fills the array's own storage and says how much of it.
        while let count = unsafe try? buffer.withUnsafeMutableBytes({ try unsafe file.read(into: $0) }), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }
}
