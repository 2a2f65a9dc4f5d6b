import MemoryMap

/// ACPI Machine Language put together from the inside out: every function returns the bytes of one object.
///
/// ACPI 6.5, chapter 20.
enum AML {
    /// The bytes of an integer in the shortest form.
    static func integer(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        switch value {
        case 0, 1: bytes.append(UInt8(value))
        case 2...0xFF: bytes += [0x0A, UInt8(value)]
        case 0x100...0xFFFF:
            bytes.append(0x0B)
            bytes.appendLittleEndian(UInt16(value))
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(0x0C)
            bytes.appendLittleEndian(UInt32(value))
        default:
            bytes.append(0x0E)
            bytes.appendLittleEndian(value)
        }
        return bytes
    }

    static func string(_ text: StaticString) -> [UInt8] { [0x0D] + text.utf8Bytes + [0] }

    /// A compressed EISA identifier: three capital letters and four hexadecimal digits.
    static func eisaIdentifier(_ text: StaticString) -> [UInt8] {
        precondition(text.byteIndices.count == 7, "an EISA identifier has seven characters")
        var value: UInt32 = 0
        for index in 0..<3 { value = value << 5 | UInt32(text.byte(at: index) & 0x1F) }
        for index in 3..<7 {
            let digit = text.byte(at: index)
            value = value << 4 | UInt32(digit < 0x3A ? digit - 0x30 : digit - 0x37)
        }
        var bytes: [UInt8] = [0x0C]
        bytes.appendBigEndian(value)
        return bytes
    }

    static func name(_ name: StaticString, _ object: [UInt8]) -> [UInt8] { [0x08] + name.utf8Bytes + object }

    static func scope(_ path: StaticString, _ objects: [UInt8]) -> [UInt8] { [0x10] + sized(path.utf8Bytes + objects) }

    static func device(_ name: [UInt8], _ objects: [UInt8]) -> [UInt8] { [0x5B, 0x82] + sized(name + objects) }

    /// - Precondition: at most 255 elements.
    static func package(_ elements: [[UInt8]]) -> [UInt8] {
        var body = [UInt8(elements.count)]
        for element in elements { body += element }
        return [0x12] + sized(body)
    }

    static func buffer(_ bytes: [UInt8]) -> [UInt8] { [0x11] + sized(integer(UInt64(bytes.count)) + bytes) }

    /// A buffer of resource descriptors with the end tag.
    static func resources(_ descriptors: [UInt8]) -> [UInt8] { buffer(descriptors + [0x79, 0]) }

    /// A body with its package length before it, which counts its own bytes too (section 20.2.4).
    private static func sized(_ body: [UInt8]) -> [UInt8] {
        if body.count + 1 < 0x40 { return [UInt8(body.count + 1)] + body }
        var extra = 1
        while (body.count + 1 + extra) >> (4 + 8 * extra) != 0 { extra += 1 }
        precondition(extra <= 3, "a package has less than 256 MiB")
        let count = body.count + 1 + extra
        var bytes = [UInt8(extra << 6 | count & 0xF)]
        for index in 0..<extra { bytes.append(UInt8(count >> (4 + 8 * index) & 0xFF)) }
        return bytes + body
    }
}
