import MemoryMap
import Testing
import SeededRandom

@Suite struct DescriptorTests {
    @Test func `A row reads back as it was written, whatever it holds`() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let row = MemoryDescriptor(
                type: MemoryType(UInt32(truncatingIfNeeded: random.next())), start: PhysicalAddress(random.next()),
                virtualStart: VirtualAddress(random.next()), pages: PageCount(random.next()),
                attributes: MemoryAttributes(rawValue: random.next()))
            let offset = random.below(9)
            var bytes = [UInt8](repeating: 0xEE, count: 40 + offset + random.below(3))
            var copy = bytes
            let written = encode(row, into: &bytes, at: offset)
            #expect(written)
            #expect(decode(bytes, at: offset) == row)
            // The test's own writer agrees byte for byte, with zeroes in the padding.
            var table = RawTable(descriptorSize: 40)
            table.filler = { 0 }
            table.append(row)
            copy.replaceSubrange(offset..<offset + 40, with: table.bytes)
            #expect(bytes == copy)
        }
    }

    @Test(arguments: [(39, 0), (40, 1), (40, -1), (0, 0), (100, 61), (100, Int.max), (100, Int.min), (48, 40)])
    func `A row that does not fit is neither read nor written`(count: Int, offset: Int) {
        var bytes = [UInt8](repeating: 0xEE, count: count)
        #expect(decode(bytes, at: offset) == nil)
        let written = encode(MemoryDescriptor(.conventional, 0, pages: 1), into: &bytes, at: offset)
        #expect(!written)
        #expect(bytes.allSatisfy { $0 == 0xEE })
    }

    private func encode(_ row: MemoryDescriptor, into bytes: inout [UInt8], at offset: Int) -> Bool {
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        return row.encode(into: &raw, at: offset)
    }

    private func decode(_ bytes: [UInt8], at offset: Int) -> MemoryDescriptor? {
        unsafe MemoryDescriptor(decoding: bytes.span.bytes, at: offset)
    }
}
