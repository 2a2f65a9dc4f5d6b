public import SystemPackage

/// What a paging file is stored on.
public protocol PagingDevice {
    /// Reads `count` bytes from `offset` on; fewer come back where the device ends early.
    func read(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8]

    /// Writes all bytes from `offset` on, or throws.
    func write(_ bytes: [UInt8], at offset: Int64) throws(Errno)
}

/// A file of the host that has no name: it goes when the last one who has it open closes it.
public final class FileDevice: PagingDevice {
    private let file: FileDescriptor

    /// Makes the file in `folder`.
    public init(in folder: FilePath) throws(Errno) {
        let number = UInt64.random(in: .min ... .max)
        let path = folder.appending("strata-paging-\(String(number, radix: 36))")
        do {
            file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        } catch { throw error as? Errno ?? .ioError }
        HostFileName.remove(path)
    }

    deinit { try? file.close() }

    public func read(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        do {
            while done < count {
                // The system fills the array's own storage from `done` on and says how much of it.
                let piece = try unsafe bytes.withUnsafeMutableBytes { buffer in
                    try unsafe file.read(
                        fromAbsoluteOffset: offset + Int64(done),
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
                }
                if piece == 0 { break }
                done += piece
            }
        } catch { throw error as? Errno ?? .ioError }
        return Array(bytes.prefix(done))
    }

    public func write(_ bytes: [UInt8], at offset: Int64) throws(Errno) {
        do { _ = try file.writeAll(toAbsoluteOffset: offset, bytes) } catch { throw error as? Errno ?? .ioError }
    }
}
