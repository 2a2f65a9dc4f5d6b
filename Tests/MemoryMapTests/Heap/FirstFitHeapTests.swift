import MemoryMap
import Testing
import SeededRandom

@Suite("The first-fit heap")
struct FirstFitHeapTests {
    /// An arena that is aligned to 4 KiB, with canaries on both sides.
    @safe private final class Arena {
        private let memory: UnsafeMutableRawPointer
        private let byteCount: Int
        private static let canary: UInt8 = 0xC5
        private static let margin = 4096

        init(byteCount: Int) {
            self.byteCount = byteCount
            unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 2 * Self.margin, alignment: 4096)
            unsafe memory.initializeMemory(as: UInt8.self, repeating: Self.canary, count: byteCount + 2 * Self.margin)
        }

        deinit { unsafe memory.deallocate() }

        var start: UInt { UInt(bitPattern: unsafe memory) + UInt(Self.margin) }

        func heap() -> FirstFitHeap { unsafe FirstFitHeap(start: start, byteCount: UInt(byteCount)) }

        func fill(_ range: Range<UInt>, with value: UInt8) {
            for address in range { unsafe memory.storeBytes(of: value, toByteOffset: offset(address), as: UInt8.self) }
        }

        func holds(_ value: UInt8, in range: Range<UInt>) -> Bool {
            range.allSatisfy { unsafe memory.load(fromByteOffset: offset($0), as: UInt8.self) == value }
        }

        var isIntact: Bool {
            (0..<Self.margin).allSatisfy { index in
                unsafe memory.load(fromByteOffset: index, as: UInt8.self) == Self.canary
                    && memory.load(fromByteOffset: Self.margin + byteCount + index, as: UInt8.self) == Self.canary
            }
        }

        private func offset(_ address: UInt) -> Int { Int(address - UInt(bitPattern: unsafe memory)) }
    }

    private struct Block {
        let range: Range<UInt>
        let value: UInt8
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `blocks are aligned, disjoint and keep what is written`(seed: UInt64) {
        let size = 1 << 16
        let arena = Arena(byteCount: size)
        var heap = arena.heap()
        var random = SeededGenerator(seed: seed)
        var live: [Block] = []
        for step in 0..<4000 {
            if live.isEmpty || random.next() % 100 < (step < 2000 ? 60 : 45) {
                let byteCount = UInt(random.next() % (random.next() % 8 == 0 ? 6000 : 200))
                let alignment: UInt = 1 << UInt(random.next() % 13)
                guard let address = heap.allocate(byteCount: byteCount, alignment: alignment) else { continue }
                let range = address..<address + byteCount
                #expect(address % max(alignment, FirstFitHeap.granule) == 0)
                #expect(range.lowerBound >= arena.start && range.upperBound <= arena.start + UInt(size))
                #expect(!live.contains { $0.range.overlaps(range) })
                let block = Block(range: range, value: UInt8(truncatingIfNeeded: random.next()))
                arena.fill(range, with: block.value)
                live.append(block)
            } else {
                let block = live.remove(at: Int(random.next() % UInt64(live.count)))
                #expect(arena.holds(block.value, in: block.range))
                heap.free(block.range.lowerBound)
            }
        }
        for block in live {
            #expect(arena.holds(block.value, in: block.range))
            heap.free(block.range.lowerBound)
        }
        // Everything has grown together again: one block, as large as at the start.
        #expect(heap.freeByteCount == UInt(size))
        #expect(heap.allocate(byteCount: UInt(size) - 16) == arena.start + 16)
        #expect(heap.allocate(byteCount: 1) == nil)
        #expect(arena.isIntact)
    }

    @Test func `what does not fit is nil and changes nothing`() {
        let arena = Arena(byteCount: 4096)
        var heap = arena.heap()
        for (byteCount, alignment) in [(4081, 16), (UInt.max, 16), (16, 3), (16, 0), (16, 1 << 60), (16, 1 << 20)]
            as [(UInt, UInt)]
        {
            // An alignment of 1 MiB fits only where the arena happens to hold such an address.
            if alignment == 1 << 20, arena.start % (1 << 20) > (1 << 20) - 4096 { continue }
            #expect(heap.allocate(byteCount: byteCount, alignment: alignment) == nil)
        }
        #expect(heap.freeByteCount == 4096)
        #expect(heap.allocate(byteCount: 4080) == arena.start + 16)
    }

    @Test(arguments: [0, 16, 31] as [Int])
    func `an arena that is too small gives nothing`(byteCount: Int) {
        let arena = Arena(byteCount: byteCount)
        var heap = arena.heap()
        #expect(heap.allocate(byteCount: 1) == nil)
        #expect(arena.isIntact)
    }
}
