import MemoryMap

/// One address in an image that depends on where the image is.
public struct PERelocation: Hashable, Sendable {
    /// What is added to at ``offset``.
    public enum Kind: Hashable, Sendable {
        /// The high 16 bits of a 32-bit address.
        case high

        /// The low 16 bits of a 32-bit address.
        case low

        /// 32 bits.
        case highLow

        /// 64 bits.
        case dir64
    }

    /// Where in the image, in bytes.
    public let offset: UInt64

    /// Which bits of the address stand there.
    public let kind: Kind

    /// How many bytes change.
    public var byteCount: UInt64 {
        switch kind {
        case .high, .low: 2
        case .highLow: 4
        case .dir64: 8
        }
    }

    /// What stands there once the image is `delta` bytes, wrapping, above where it was linked for.
    public func relocated(_ value: UInt64, by delta: UInt64) -> UInt64 {
        switch kind {
        case .high: ((value << 16) &+ delta) >> 16 & 0xFFFF
        case .low: (value &+ delta) & 0xFFFF
        case .highLow: (value &+ delta) & 0xFFFF_FFFF
        case .dir64: value &+ delta
        }
    }
}

extension PEImage {
    /// Gives every base relocation of the image, in the file's order.
    ///
    /// - Parameter file: the whole file.
    /// - Throws: `.invalidRelocation` for a damaged block, an unknown kind, or an address outside of the image; some have been
    ///   given then. `.truncated` where the file lacks a part of the table.
    /// - Complexity: O(*relocations*).
    public func forEachRelocation(in file: RawSpan, _ body: (PERelocation) -> Void) throws(PEImageError) {
        var place = relocations.lowerBound
        while place < relocations.upperBound {
            guard relocations.upperBound - place >= 8 else { throw .invalidRelocation(place) }
            let page = UInt64(try word32(place, file))
            let size = UInt64(try word32(place + 4, file))
            // Linkers end the table with zeros now and then.
            if page == 0, size == 0 { return }
            guard size >= 8, size % 2 == 0, size <= relocations.upperBound - place else { throw .invalidRelocation(place) }
            var entry = place + 8
            while entry < place + size {
                let word = try word16(entry, file)
                if let relocation = try relocation(word, page, entry) { body(relocation) }
                entry += 2
            }
            place += size
        }
    }

    /// - Returns: nil for padding.
    private func relocation(_ word: UInt16, _ page: UInt64, _ entry: UInt64) throws(PEImageError) -> PERelocation? {
        let kind: PERelocation.Kind
        switch word >> 12 {
        case 0: return nil
        case 1: kind = .high
        case 2: kind = .low
        case 3: kind = .highLow
        case 10: kind = .dir64
        default: throw .invalidRelocation(entry)
        }
        let relocation = PERelocation(offset: page + UInt64(word & 0xFFF), kind: kind)
        guard relocation.offset <= imageSize, relocation.byteCount <= imageSize - relocation.offset else {
            throw .invalidRelocation(entry)
        }
        return relocation
    }

    private func word32(_ offset: UInt64, _ file: RawSpan) throws(PEImageError) -> UInt32 {
        let low = UInt32(try word16(offset, file))
        let high = UInt32(try word16(offset + 2, file))
        return high << 16 | low
    }

    private func word16(_ offset: UInt64, _ file: RawSpan) throws(PEImageError) -> UInt16 {
        for part in parts where offset >= part.start && offset - part.start < part.byteCount {
            let inside = offset - part.start
            // Past what the file has, memory is zeros.
            guard inside + 2 <= part.fileByteCount else { return 0 }
            guard let word = file.littleEndian(UInt16.self, at: part.fileOffset + inside) else {
                throw .truncated(Int(truncatingIfNeeded: part.fileOffset + inside))
            }
            return word
        }
        throw .invalidRelocation(offset)
    }
}
