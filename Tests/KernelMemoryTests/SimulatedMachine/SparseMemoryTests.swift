import MemoryMap
import SimulatedMachine
import Testing

@Suite struct SparseMemoryTests {
    @Test func rangesThatTouchBecomeOne() throws {
        let memory = SparseMemory([
            try physicalRange(0x3000, 0x1000), try physicalRange(0x1000, 0x1800), try physicalRange(0x2800, 0x800),
            try physicalRange(0x9000, 8),
        ])
        #expect(memory.ranges == [try physicalRange(0x1000, 0x3000), try physicalRange(0x9000, 8)])
        #expect(memory.isPresent(try physicalRange(0x27ff, 0x802)))
        #expect(!memory.isPresent(try physicalRange(0xfff, 2)))
        #expect(!memory.isPresent(try physicalRange(0x3fff, 2)))
    }

    @Test func absentAndMisalignedAccessesAreRefused() throws {
        let memory = SparseMemory([try physicalRange(0x1000, 0x1004), try physicalRange(0xffff_ffff_ffff_f000, 0x1000)])
        #expect(throws: PhysicalMemoryError.misaligned(PhysicalAddress(0x1004))) { try memory.load(at: PhysicalAddress(0x1004)) }
        #expect(throws: PhysicalMemoryError.absent(PhysicalAddress(0xff8))) { try memory.load(at: PhysicalAddress(0xff8)) }
        // Half of the word is there.
        #expect(throws: PhysicalMemoryError.absent(PhysicalAddress(0x2000))) { try memory.store(1, at: PhysicalAddress(0x2000)) }
        try memory.storeByte(7, at: PhysicalAddress(0x2003))
        #expect(throws: PhysicalMemoryError.absent(PhysicalAddress(0x2000))) { try memory.load(at: PhysicalAddress(0x2000)) }
        #expect(throws: PhysicalMemoryError.absent(PhysicalAddress(0x2004))) { try memory.loadByte(at: PhysicalAddress(0x2004)) }
        try memory.store(5, at: PhysicalAddress(0xffff_ffff_ffff_fff8))
        #expect(try memory.load(at: PhysicalAddress(0xffff_ffff_ffff_fff8)) == 5)
    }

    @Test func bytesAndWordsAreTheSameMemory() throws {
        let memory = SparseMemory([try physicalRange(0, 0x4000)])
        #expect(memory.chunkCount == 0)
        try memory.write(Array(1...16), at: PhysicalAddress(0xffc))
        #expect(try memory.load(at: PhysicalAddress(0xff8)) == 0x0403_0201_0000_0000)
        #expect(try memory.load(at: PhysicalAddress(0x1000)) == 0x0c0b_0a09_0807_0605)
        try memory.store(0x1122_3344_5566_7788, at: PhysicalAddress(0x2000))
        #expect(try memory.read(try physicalRange(0x2001, 3)) == [0x77, 0x66, 0x55])
        #expect(memory.chunkCount == 3)
        #expect(try memory.read(try physicalRange(0x3000, 2)) == [0, 0])
    }

    @Test func writesAreWholeOrNotAtAll() throws {
        let memory = SparseMemory([try physicalRange(0x1000, 0x1000)])
        let before = SparseMemory(copying: memory)
        let absent = PhysicalMemoryError.absent(PhysicalAddress(0x2000))
        #expect(throws: absent) { try memory.write([1, 2, 3], at: PhysicalAddress(0x1ffe)) }
        #expect(throws: absent) { try memory.read(try physicalRange(0x1ffe, 3)) }
        #expect(throws: PhysicalMemoryError.absent(PhysicalAddress(.max))) {
            try memory.write([1, 2], at: PhysicalAddress(.max))
        }
        #expect(memory.hasSameContents(as: before))
        try memory.write([1, 2], at: PhysicalAddress(0x1ffe))
        #expect(!memory.hasSameContents(as: before))
        try memory.write([0, 0], at: PhysicalAddress(0x1ffe))
        #expect(memory.hasSameContents(as: before))
        try memory.write([], at: PhysicalAddress(0))
    }
}
