#if arch(x86_64)
    private let machine: UInt64 = 0x8664
#else
    private let machine: UInt64 = 0xAA64
#endif

/// The image of a library whose calls are in this one: headers, an export directory, and code that leads to the calls.
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
        let calls = LibraryCall.all
        let text = calls.flatMap(\.entry)
        let directoryStart = Self.pages(0x1000 + UInt64(text.count))
        let directory = exports(calls, at: directoryStart)
        let dataStart = Self.pages(directoryStart + UInt64(directory.count))
        let parts = [
            Part(name: ".text", start: 0x1000, contents: text, flags: 0x6000_0020),
            Part(name: ".rdata", start: directoryStart, contents: directory, flags: 0x4000_0040),
            Part(name: ".data", start: dataStart, contents: [UInt8](repeating: 0, count: Self.dataSize), flags: 0xC000_0040),
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
        file.put(dataStart + UInt64(Self.dataSize), 4, at: optional + 56)
        file.put(UInt64(headerSize), 4, at: optional + 60)
        file.put(3, 2, at: optional + 68)
        // Anywhere in a large address space, without execution of data.
        file.put(0x160, 2, at: optional + 70)
        file.put(16, 4, at: optional + 108)
        file.put(directoryStart, 4, at: optional + 112)
        file.put(UInt64(directory.count), 4, at: optional + 116)
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

    /// So much that the file is larger than what views are aligned to, as those of real libraries are.
    private static let dataSize = 0x1_0000

    private static func pages(_ size: UInt64) -> UInt64 { (size + 0xFFF) & ~0xFFF }

    /// The directory, its tables of addresses, names and numbers, and the names behind them.
    private func exports(_ calls: [LibraryCall], at start: UInt64) -> [UInt8] {
        let count = UInt64(calls.count)
        let (functions, names, ordinals) = (start + 40, start + 40 + count * 4, start + 40 + count * 8)
        var directory = [UInt8](repeating: 0, count: 40 + calls.count * 10)
        directory.put(start + UInt64(directory.count), 4, at: 12)
        directory.put(1, 4, at: 16)
        directory.put(count, 4, at: 20)
        directory.put(count, 4, at: 24)
        directory.put(functions, 4, at: 28)
        directory.put(names, 4, at: 32)
        directory.put(ordinals, 4, at: 36)
        directory += Array(name.utf8) + [0]
        for (index, call) in calls.enumerated() {
            directory.put(0x1000 + UInt64(index * LibraryCall.entrySize), 4, at: Int(functions - start) + index * 4)
            directory.put(start + UInt64(directory.count), 4, at: Int(names - start) + index * 4)
            directory.put(UInt64(index), 2, at: Int(ordinals - start) + index * 2)
            directory += call.name + [0]
        }
        return directory
    }
}

extension [UInt8] {
    fileprivate mutating func put(_ value: UInt64, _ size: Int, at offset: Int) {
        for index in 0..<size { self[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
    }
}
