#if arch(x86_64)
    private let machine: UInt64 = 0x8664
#else
    private let machine: UInt64 = 0xAA64
#endif

/// The image of a library whose calls are in this one: headers, an export directory that names the library, and no code of its own.
struct SystemLibraryImage {
    let name: String

    /// Where it is linked for.
    let base: UInt64

    private struct Part {
        let name: String
        let start: UInt64
        let contents: [UInt8]
        let flags: UInt64
    }

    /// The file: headers, then what every part has of it.
    var bytes: [UInt8] {
        let parts = [
            // What is executed here by mistake stops.
            Part(name: ".text", start: 0x1000, contents: [UInt8](repeating: 0xCC, count: 0x1000), flags: 0x6000_0020),
            Part(name: ".rdata", start: 0x2000, contents: exports(at: 0x2000), flags: 0x4000_0040),
            Part(name: ".data", start: 0x3000, contents: [UInt8](repeating: 0, count: 0x200), flags: 0xC000_0040),
        ]
        let (headerSize, alignment) = (0x400, 0x200)
        var file = [UInt8](repeating: 0, count: headerSize)
        let signature = 0x80
        let optional = signature + 24
        let sections = optional + 240
        file.put(0x5A4D, 2, at: 0)
        file.put(UInt64(signature), 4, at: 0x3C)
        file.put(0x4550, 4, at: signature)
        file.put(machine, 2, at: signature + 4)
        file.put(UInt64(parts.count), 2, at: signature + 6)
        file.put(240, 2, at: signature + 20)
        // Executable, with large addresses, a library.
        file.put(0x2022, 2, at: signature + 22)
        file.put(0x20B, 2, at: optional)
        file.put(base, 8, at: optional + 24)
        file.put(0x1000, 4, at: optional + 32)
        file.put(UInt64(alignment), 4, at: optional + 36)
        // The versions of the system that the process environment block tells.
        file.put(10, 2, at: optional + 40)
        file.put(10, 2, at: optional + 48)
        file.put(0x4000, 4, at: optional + 56)
        file.put(UInt64(headerSize), 4, at: optional + 60)
        file.put(3, 2, at: optional + 68)
        // Anywhere in a large address space, without execution of data.
        file.put(0x160, 2, at: optional + 70)
        file.put(16, 4, at: optional + 108)
        file.put(0x2000, 4, at: optional + 112)
        file.put(UInt64(exports(at: 0x2000).count), 4, at: optional + 116)
        for (index, part) in parts.enumerated() {
            let header = sections + index * 40
            for (position, byte) in part.name.utf8.enumerated() { file[header + position] = byte }
            let size = (part.contents.count + alignment - 1) & ~(alignment - 1)
            file.put(UInt64(part.contents.count), 4, at: header + 8)
            file.put(part.start, 4, at: header + 12)
            file.put(UInt64(size), 4, at: header + 16)
            file.put(UInt64(file.count), 4, at: header + 20)
            file.put(part.flags, 4, at: header + 36)
            file += part.contents + [UInt8](repeating: 0, count: size - part.contents.count)
        }
        return file
    }

    /// A directory without entries, and the name behind it.
    private func exports(at start: UInt64) -> [UInt8] {
        var directory = [UInt8](repeating: 0, count: 40)
        directory.put(start + 40, 4, at: 12)
        directory.put(1, 4, at: 16)
        for table in [28, 32, 36] { directory.put(start + 40, 4, at: table) }
        return directory + Array(name.utf8) + [0]
    }
}

extension [UInt8] {
    fileprivate mutating func put(_ value: UInt64, _ size: Int, at offset: Int) {
        for index in 0..<size { self[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
    }
}
