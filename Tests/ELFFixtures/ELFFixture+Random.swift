import SeededRandom

extension ELFFixture {
    /// A good file with one to five segments besides the first one, gaps, zero-filled tails, and relocations anywhere in the
    /// writable segments, those in zeros and odd ones included.
    public static func random(using generator: inout SeededGenerator) -> ELFFixture {
        var fixture = ELFFixture()
        fixture.machine = Bool.random(using: &generator) ? 62 : 183
        fixture.base = UInt64.random(in: 0...0x200, using: &generator) << 12
        var page = fixture.base + 0x4000
        var kinds: [UInt32] = [5, 6]
        for _ in 0..<Int.random(in: 0...3, using: &generator) { kinds.append([4, 5, 6].randomElement(using: &generator) ?? 4) }
        for flags in kinds.shuffled(using: &generator) {
            page += UInt64.random(in: 0...3, using: &generator) << 12
            let address = page + (Bool.random(using: &generator) ? 0 : UInt64.random(in: 0..<4096, using: &generator))
            let count = UInt64.random(in: 1...9000, using: &generator)
            let tail = Bool.random(using: &generator) ? 0 : UInt64.random(in: 0...9000, using: &generator)
            let contents = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            fixture.segments.append(Segment(flags: flags, address: address, contents: contents, byteCount: count + tail))
            // The dynamic table may come after the contents.
            page = (address + count + tail + 4095 + 512) & ~4095
        }
        let code = fixture.segments.filter { $0.flags == 5 }.randomElement(using: &generator)
        if let code {
            fixture.entry = code.address + UInt64.random(in: 0..<UInt64(code.contents.count), using: &generator)
        }
        fixture.addRelocations(using: &generator)
        return fixture
    }

    private mutating func addRelocations(using generator: inout SeededGenerator) {
        let targets = segments
        for segment in segments where segment.flags == 6 {
            var offset = segment.address
            while offset + 8 <= segment.address + segment.byteCount, relocations.count < 120 {
                if let target = targets.randomElement(using: &generator), Bool.random(using: &generator) {
                    let addend = target.address + UInt64.random(in: 0..<target.byteCount, using: &generator)
                    relocations.append(Relocation(offset: offset, addend: addend))
                }
                offset += UInt64.random(in: 8...300, using: &generator)
            }
        }
        relocations.shuffle(using: &generator)
    }
}
