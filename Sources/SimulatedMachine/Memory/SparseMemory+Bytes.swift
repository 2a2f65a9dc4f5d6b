import MemoryMap

extension SparseMemory {
    /// The byte at `address`.
    ///
    /// - Throws: `PhysicalMemoryError.absent`.
    public func loadByte(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UInt8 {
        guard let byte = PhysicalRange(start: address, byteCount: 1), isPresent(byte) else { throw .absent(address) }
        return self[byteAt: address.rawValue]
    }

    /// Puts a byte at `address`.
    ///
    /// - Throws: `PhysicalMemoryError.absent`.
    public func storeByte(_ value: UInt8, at address: PhysicalAddress) throws(PhysicalMemoryError) {
        guard let byte = PhysicalRange(start: address, byteCount: 1), isPresent(byte) else { throw .absent(address) }
        self[byteAt: address.rawValue] = value
    }

    /// The bytes of `range`, lowest address first.
    ///
    /// - Throws: `PhysicalMemoryError.absent` with the first address at which no memory answers.
    public func read(_ range: PhysicalRange) throws(PhysicalMemoryError) -> [UInt8] {
        try check(range)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(range.last.rawValue - range.start.rawValue) + 1)
        var cursor = range.start.rawValue
        while true {
            let last = min(cursor | (Self.chunkSize - 1), range.last.rawValue)
            if let words = chunks[cursor / Self.chunkSize]?.words {
                for address in cursor...last {
                    let word = words[Self.wordIndex(of: PhysicalAddress(address))]
                    bytes.append(UInt8(truncatingIfNeeded: word >> (address % 8 * 8)))
                }
            } else {
                bytes.append(contentsOf: repeatElement(0, count: Int(last - cursor) + 1))
            }
            if last == range.last.rawValue { return bytes }
            cursor = last + 1
        }
    }

    /// Puts `bytes` at `address` and up, all or none of them.
    ///
    /// - Throws: `PhysicalMemoryError.absent` with the first address at which no memory answers.
    public func write(_ bytes: some Collection<UInt8>, at address: PhysicalAddress) throws(PhysicalMemoryError) {
        guard !bytes.isEmpty else { return }
        guard let range = PhysicalRange(start: address, byteCount: UInt64(bytes.count)) else { throw .absent(address) }
        try check(range)
        // A word at a time where all of it changes: its bytes, gathered, are stored once.
        var cursor = address.rawValue
        var word: UInt64 = 0
        for byte in bytes {
            let isWhole = cursor & ~7 >= range.start.rawValue && cursor | 7 <= range.last.rawValue
            if isWhole {
                word = word >> 8 | UInt64(byte) << 56
                if cursor % 8 == 7 { setWord(word, at: PhysicalAddress(cursor - 7)) }
            } else {
                self[byteAt: cursor] = byte
            }
            // The last address can be the last that there is.
            cursor &+= 1
        }
    }

    private func check(_ range: PhysicalRange) throws(PhysicalMemoryError) {
        guard !isPresent(range) else { return }
        // The first address that no range has lies at the start or right behind the range that has the start.
        let holder = ranges.first { $0.contains(range.start) }
        throw .absent(holder?.end ?? range.start)
    }

    private subscript(byteAt address: UInt64) -> UInt8 {
        get {
            guard let chunk = chunks[address / Self.chunkSize] else { return 0 }
            let word = chunk.words[Self.wordIndex(of: PhysicalAddress(address))]
            return UInt8(truncatingIfNeeded: word >> (address % 8 * 8))
        }
        set {
            let shift = address % 8 * 8
            let word = chunks[address / Self.chunkSize]?.words[Self.wordIndex(of: PhysicalAddress(address))] ?? 0
            setWord(word & ~(0xff << shift) | UInt64(newValue) << shift, at: PhysicalAddress(address))
        }
    }
}
