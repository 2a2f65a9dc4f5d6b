import MemoryMap

/// Words of eight bytes, all of them one byte's.
@inline(__always)
private func spread(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

extension RawSpan {
    /// The first index from `start` on, below `end`, that holds `byte`; `end` where none does. Looks at eight bytes at a time.
    ///
    /// - Precondition: `0 <= start` and `end <= byteCount`.
    @inline(__always)
    func index(of byte: UInt8, from start: Int, to end: Int) -> Int {
        let pattern = spread(byte)
        var index = start
        while index <= end - 32 {
            // Four words at once, and only one branch for them.
            let found =
                zeroBytes(littleEndian64(at: index) ^ pattern) | zeroBytes(littleEndian64(at: index + 8) ^ pattern)
                | zeroBytes(littleEndian64(at: index + 16) ^ pattern) | zeroBytes(littleEndian64(at: index + 24) ^ pattern)
            if found != 0 { break }
            index += 32
        }
        while index <= end - 8 {
            let found = zeroBytes(littleEndian64(at: index) ^ pattern)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end, self.byte(at: index) != byte { index += 1 }
        return index
    }
}

/// A word whose lowest bit set marks the lowest byte of `word` that is zero; 0 where none is.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
}
