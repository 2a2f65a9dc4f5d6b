/// An archive as a Linux kernel unpacks it into its first file system: "newc" with checksums, which the kernel verifies.
///
/// Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
public struct CPIOArchive: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var count: UInt32 = 0

    public init() {}

    /// Appends a directory.
    public mutating func addDirectory(_ name: String) { add(name, mode: 0o040755, []) }

    /// Appends a file; the name has no slash at its start.
    public mutating func addFile(_ name: String, mode: UInt32 = 0o644, _ contents: [UInt8]) {
        add(name, mode: 0o100000 | mode, contents)
    }

    /// Appends a character device.
    public mutating func addCharacterDevice(_ name: String, major: UInt32, minor: UInt32) {
        add(name, mode: 0o020600, [], device: (major, minor))
    }

    /// Ends the archive.
    public mutating func finish() {
        add("TRAILER!!!", mode: 0, [])
        while bytes.count % 512 != 0 { bytes.append(0) }
    }

    private mutating func add(_ name: String, mode: UInt32, _ contents: [UInt8], device: (UInt32, UInt32) = (0, 0)) {
        count += 1
        var sum: UInt32 = 0
        if mode & 0o170000 == 0o100000 { for byte in contents { sum &+= UInt32(byte) } }
        bytes += Array("070702".utf8)
        // Inode, mode, owner, group, links, time, size, the file's device, the device that it is, length of the name, checksum.
        let fields: [UInt32] = [
            count, mode, 0, 0, 1, 0, UInt32(contents.count), 0, 0, device.0, device.1, UInt32(name.utf8.count + 1), sum,
        ]
        for field in fields {
            for shift in stride(from: 28, through: 0, by: -4) {
                bytes.append(Array("0123456789ABCDEF".utf8)[Int(field >> UInt32(shift) & 15)])
            }
        }
        bytes += Array(name.utf8) + [0]
        while bytes.count % 4 != 0 { bytes.append(0) }
        bytes += contents
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}
