import SystemPackage

/// The file into which QEMU writes what comes on the serial line, read while it grows.
final class SerialLogFile {
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

    deinit { try? file.close() }

    /// What has come since the last call.
    func read() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                // The buffer is lent for the call, and the count is what the system says it has written into it.
                count = (try? unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
            }
            guard !chunk.isEmpty, all.count <= MachineSession.serialLimit else { return all }
            all += chunk
        }
    }
}
