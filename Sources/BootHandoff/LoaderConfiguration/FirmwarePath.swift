/// A path on a boot volume as the firmware takes it: UTF-16 with a terminator.
public enum FirmwarePath {
    /// Converts a path from UTF-8. Allocates the result.
    ///
    /// What is malformed or lies above U+FFFF becomes U+FFFD, which no file's name holds; ``LoaderConfiguration`` refuses it
    /// before.
    ///
    /// - Complexity: O(*n*) for *n* bytes.
    public static func terminatedUTF16(_ path: Span<UInt8>) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(path.count + 1)
        var index = 0
        while index < path.count {
            let (unit, count) = scalar(in: path, at: index)
            units.append(unit)
            index += count
        }
        units.append(0)
        return units
    }

    /// The code unit at `index`, and the number of bytes that it was written with. Unicode 15, table 3-7.
    private static func scalar(in path: Span<UInt8>, at index: Int) -> (unit: UInt16, byteCount: Int) {
        func trailing(_ offset: Int) -> UInt16? {
            index + offset < path.count && path[index + offset] & 0xC0 == 0x80 ? UInt16(path[index + offset] & 0x3F) : nil
        }
        let first = path[index]
        switch first {
        case 0..<0x80: return (UInt16(first), 1)
        case 0xC2..<0xE0:
            guard let second = trailing(1) else { return (0xFFFD, 1) }
            return (UInt16(first & 0x1F) << 6 | second, 2)
        case 0xE0..<0xF0:
            guard let second = trailing(1), let third = trailing(2) else { return (0xFFFD, 1) }
            let unit = UInt16(first & 0x0F) << 12 | second << 6 | third
            // Longer than needed, or half of a surrogate pair.
            return unit < 0x800 || 0xD800..<0xE000 ~= unit ? (0xFFFD, 1) : (unit, 3)
        default: return (0xFFFD, 1)
        }
    }
}
