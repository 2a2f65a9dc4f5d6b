import MemoryMap

/// A mapping of this process, as its kernel lists it.
struct MappedRange: Hashable, Sendable {
    var range: VirtualRange
    var access: HostMemory.Access

    /// Whether a file of the file system is behind it.
    var isFile: Bool
}

extension MappedRange {
    /// All mappings of this process, in ascending order and apart; empty where the kernel does not tell.
    static func all() -> [MappedRange] {
        mappings(of: list())
    }

    /// The file that is mapped at an address; nil where none is.
    static func path(at address: VirtualAddress) -> String? {
        // What a later line says holds.
        for line in list().split(separator: 0x0A).reversed() {
            guard let mapping = MappedRange(line: line), mapping.range.contains(address) else { continue }
            return line.firstIndex(of: UInt8(ascii: "/")).map { String(decoding: line[$0...], as: UTF8.self) }
        }
        return nil
    }

    /// The kernel's list as it is; empty where it does not tell.
    private static func list() -> [UInt8] { KernelFile.bytes("/proc/self/maps") }

    /// The mappings of a list, line by line, in ascending order and apart.
    ///
    /// The kernel gives the list a page at a time, and other threads map and unmap in between: a mapping that has grown since
    /// its line was read comes once more, with its new end. What two lines tell of is as the later one says.
    static func mappings(of list: [UInt8]) -> [MappedRange] {
        var result: [MappedRange] = []
        var start = 0
        while start < list.count {
            var end = start
            while end < list.count && list[end] != 0x0A { end += 1 }
            if let mapping = MappedRange(line: list[start..<end]) {
                while var before = result.last, before.range.last >= mapping.range.start {
                    result.removeLast()
                    guard before.range.start < mapping.range.start,
                        let rest = VirtualRange(
                            start: before.range.start, last: VirtualAddress(mapping.range.start.rawValue - 1))
                    else { continue }
                    before.range = rest
                    result.append(before)
                }
                result.append(mapping)
            }
            start = end + 1
        }
        return result
    }

    /// Reads `start-end rwxp offset device inode path`.
    init?(line: ArraySlice<UInt8>) {
        var at = line.startIndex
        func number() -> UInt64? {
            var value: UInt64 = 0
            let first = at
            while at < line.endIndex, let digit = Self.digit(line[at]) {
                value = value << 4 | UInt64(digit)
                at += 1
            }
            return at > first && at - first <= 16 ? value : nil
        }
        func skip(_ byte: UInt8) -> Bool {
            guard at < line.endIndex, line[at] == byte else { return false }
            at += 1
            return true
        }
        guard let start = number(), skip(0x2D), let end = number(), skip(0x20), end > start, at + 4 <= line.endIndex,
            let range = VirtualRange(start: VirtualAddress(start), last: VirtualAddress(end - 1))
        else { return nil }
        var access: HostMemory.Access = []
        if line[at] == UInt8(ascii: "r") { access.insert(.read) }
        if line[at + 1] == UInt8(ascii: "w") { access.insert(.write) }
        if line[at + 2] == UInt8(ascii: "x") { access.insert(.execute) }
        self.range = range
        self.access = access
        isFile = line[at...].contains(UInt8(ascii: "/"))
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
