import MemoryMap

/// A flattened device tree that was checked as far as its header tells, and a walk over it that never leaves its bounds.
///
/// Devicetree Specification 0.4, chapter 5. The bytes must not change while the value exists.
public struct DeviceTreeBlob: ~Escapable {
    /// The largest blob in bytes that is believed.
    public static let byteLimit: UInt64 = 2 << 20

    /// The deepest nesting of nodes that is followed.
    public static let depthLimit = 32

    package let bytes: RawSpan
    let structure: Range<Int>
    let strings: Range<Int>

    /// Checks the header: magic number, versions, and that the two blocks lie inside.
    ///
    /// - Throws: the offset of the header field at fault, or nil where there is no header.
    @_lifetime(copy bytes)
    package init(validating bytes: RawSpan) throws(DeviceTreeFault) {
        guard bytes.byteCount >= 40, bytes.bigEndian32(at: 0) == 0xD00D_FEED else { throw DeviceTreeFault(offset: 0) }
        // Version 17 has all the fields; a newer one that says it is compatible with 17 has them too.
        guard let version = bytes.bigEndian32(at: 20), version >= 17, let compatible = bytes.bigEndian32(at: 24), compatible <= 17
        else { throw DeviceTreeFault(offset: 20) }
        structure = try Self.block(bytes, start: 8, size: 36)
        strings = try Self.block(bytes, start: 12, size: 32)
        guard structure.lowerBound % 4 == 0 else { throw DeviceTreeFault(offset: 8) }
        self.bytes = bytes
    }

    private static func block(_ bytes: RawSpan, start: Int, size: Int) throws(DeviceTreeFault) -> Range<Int> {
        guard let first = bytes.bigEndian32(at: start), let count = bytes.bigEndian32(at: size), Int(first) >= 40,
            Int(first) + Int(count) <= bytes.byteCount
        else { throw DeviceTreeFault(offset: start) }
        return Int(first)..<Int(first) + Int(count)
    }

    /// What a walk comes across; ranges are offsets into the blob.
    package enum Token {
        case beginNode(name: Range<Int>)
        case endNode
        case property(name: Range<Int>, value: Range<Int>)
    }

    /// Hands every token to `body` in order, until it returns false or the tree ends.
    ///
    /// - Throws: the offset at which the structure is broken.
    package func walk(_ body: (Token) -> Bool) throws(DeviceTreeFault) {
        var offset = structure.lowerBound
        var depth = 0
        while true {
            let start = offset
            guard offset + 4 <= structure.upperBound, let token = bytes.bigEndian32(at: offset) else {
                throw DeviceTreeFault(offset: start)
            }
            offset += 4
            switch token {
            case 1:
                depth += 1
                guard depth <= Self.depthLimit, let name = text(at: offset, within: structure.upperBound) else {
                    throw DeviceTreeFault(offset: start)
                }
                offset = (name.upperBound + 1 + 3) & ~3
                if !body(.beginNode(name: name)) { return }
            case 2:
                depth -= 1
                guard depth >= 0 else { throw DeviceTreeFault(offset: start) }
                if !body(.endNode) { return }
            case 3:
                guard depth > 0, let length = bytes.bigEndian32(at: offset), let nameOffset = bytes.bigEndian32(at: offset + 4),
                    let name = text(at: strings.lowerBound + Int(nameOffset), within: strings.upperBound)
                else { throw DeviceTreeFault(offset: start) }
                let value = offset + 8..<offset + 8 + Int(length)
                guard value.upperBound <= structure.upperBound else { throw DeviceTreeFault(offset: start) }
                offset = (value.upperBound + 3) & ~3
                if !body(.property(name: name, value: value)) { return }
            case 4: break
            case 9:
                guard depth == 0 else { throw DeviceTreeFault(offset: start) }
                return
            default: throw DeviceTreeFault(offset: start)
            }
        }
    }

    /// The range of a text that ends in a zero byte, without it.
    private func text(at offset: Int, within limit: Int) -> Range<Int>? {
        var end = offset
        while end < limit {
            if bytes.byte(at: end) == 0 { return offset..<end }
            end += 1
        }
        return nil
    }

    /// Whether the bytes of a range are a text.
    package func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        range.count == text.byteIndices.count
            && text.byteIndices.allSatisfy { bytes.byte(at: range.lowerBound + $0) == text.byte(at: $0) }
    }

    func equals(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left.count == right.count
            && left.indices.allSatisfy { bytes.byte(at: $0) == bytes.byte(at: right.lowerBound + $0 - left.lowerBound) }
    }
}

/// Where a device tree is broken: the offset from its start.
package struct DeviceTreeFault: Error {
    package let offset: Int
}
