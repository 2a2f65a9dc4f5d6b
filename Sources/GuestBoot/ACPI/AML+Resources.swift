import MemoryMap

/// Resource descriptors (ACPI 6.5, section 6.4).
extension AML {
    /// A producer's bus numbers.
    static func busNumbers(_ first: UInt16, _ last: UInt16) -> [UInt8] {
        addressSpace16(type: 2, flags: 0, first, last)
    }

    /// A producer's IO ports.
    static func portWindow(_ first: UInt16, _ last: UInt16) -> [UInt8] {
        addressSpace16(type: 1, flags: 0x03, first, last)
    }

    /// A device's own IO ports.
    static func ports(_ first: UInt16, count: UInt8) -> [UInt8] {
        var bytes: [UInt8] = [0x47, 0x01]
        bytes.appendLittleEndian(first)
        bytes.appendLittleEndian(first)
        return bytes + [1, count]
    }

    /// A device's interrupt, one of the first 16.
    static func interrupt(_ number: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [0x22]
        bytes.appendLittleEndian((1 as UInt16) << number)
        return bytes
    }

    /// A producer's memory: not cacheable, writable. Words of 64 bits where it takes them.
    static func memoryWindow(_ range: PhysicalRange) -> [UInt8] {
        let count = range.last.rawValue - range.start.rawValue + 1
        guard let last = UInt32(exactly: range.last.rawValue), let length = UInt32(exactly: count) else {
            var bytes: [UInt8] = [0x8A]
            bytes.appendLittleEndian(43 as UInt16)
            bytes += [0, 0x0C, 0x01]
            for field in [0, range.start.rawValue, range.last.rawValue, 0, count] { bytes.appendLittleEndian(field) }
            return bytes
        }
        var bytes: [UInt8] = [0x87]
        bytes.appendLittleEndian(23 as UInt16)
        bytes += [0, 0x0C, 0x01]
        for field in [0, UInt32(range.start.rawValue), last, 0, length] { bytes.appendLittleEndian(field) }
        return bytes
    }

    /// Memory below 4 GiB that a device keeps for itself.
    static func fixedMemory(_ start: UInt32, _ count: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0x86]
        bytes.appendLittleEndian(9 as UInt16)
        bytes.append(1)
        bytes.appendLittleEndian(start)
        bytes.appendLittleEndian(count)
        return bytes
    }

    private static func addressSpace16(type: UInt8, flags: UInt8, _ first: UInt16, _ last: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [0x88]
        bytes.appendLittleEndian(13 as UInt16)
        bytes += [type, 0x0C, flags]
        for field in [0, first, last, 0, last - first + 1] { bytes.appendLittleEndian(field) }
        return bytes
    }
}
