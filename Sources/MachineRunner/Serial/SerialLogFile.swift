import SystemPackage

/// The file into which QEMU writes what comes on the serial line, read while it grows.
struct SerialLogFile: Sendable {
    let path: FilePath
    private let file: FileDescriptor

    /// Makes the file, empty, and opens it.
    ///
    /// - Throws: `MachineError.unwritable`.
    init(at path: FilePath) throws(MachineError) {
        do {
            file = try FileDescriptor.open(
                path, .readOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw .unwritable(path: path.string, purpose: "the serial log", reason: FileSystem.Failure(error).reason)
        }
        self.path = path
    }

    /// Copies what has come to `target`, if that is wanted.
    ///
    /// - Throws: `MachineError.unwritable`.
    func keep(as target: FilePath?, in host: HostEnvironment) throws(MachineError) {
        try FileSystem.keep(path, as: target, purpose: "the serial log", in: host)
    }

    func close() { try? file.close() }

    /// The next bytes that have come, at most 64 KiB; none where there is nothing new.
    func read() -> [UInt8] {
        // The buffer is lent for the call, and the count is what the system says it has written into it.
        unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = unsafe (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
    }
}
