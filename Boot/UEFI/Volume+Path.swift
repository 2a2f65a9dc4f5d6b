extension Volume {
    /// A path in UTF-16 with its terminator, as the firmware takes it.
    ///
    /// - Parameter path: UTF-8. What is malformed or lies above U+FFFF becomes U+FFFD, which no file's name holds.
    static func terminatedUTF16(_ path: Span<UInt8>) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(path.count + 1)
        var index = 0
        func trailing(_ at: Int) -> UInt16? {
            at < path.count && path[at] & 0xC0 == 0x80 ? UInt16(path[at] & 0x3F) : nil
        }
        while index < path.count {
            let first = path[index]
            if first < 0x80 {
                units.append(UInt16(first))
                index += 1
            } else if first & 0xE0 == 0xC0, let second = trailing(index + 1) {
                units.append(UInt16(first & 0x1F) << 6 | second)
                index += 2
            } else if first & 0xF0 == 0xE0, let second = trailing(index + 1), let third = trailing(index + 2) {
                units.append(UInt16(first & 0x0F) << 12 | second << 6 | third)
                index += 3
            } else {
                units.append(0xFFFD)
                index += 1
            }
        }
        units.append(0)
        return units
    }
}
