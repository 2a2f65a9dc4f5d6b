@testable import GuestLayout
import MemoryMap
import SeededRandom
import Testing

@Suite("Resource pools")
struct ResourcePoolTests {
    private func pool(_ stretches: ClosedRange<UInt64>..., alignment: UInt64 = 0x100) throws -> ResourcePool {
        try ResourcePool(stretches, alignment: alignment)
    }

    private func key(_ number: UInt64) -> AllocationKey { .anonymous(number) }

    @Test func firstFit() throws {
        var pool = try pool(0x1000...0xFFFF)
        #expect(try pool.allocate(0x110, for: key(0), tag: "bar0") == 0x1000)
        #expect(try pool.allocate(0x100, for: key(1), tag: "bar1") == 0x1200)
        #expect(try pool.allocate(0x100, for: key(2), tag: "bar2") == 0x1300)
        #expect(pool[key(0)]?.last == 0x110F)
        #expect(pool[key(0)]?.tag == "bar0")
    }

    @Test func space() throws {
        var pool = try pool(0x1000...0x1FFF)
        #expect(try pool.allocate(0x800, for: key(0), tag: "a") == 0x1000)
        #expect(throws: ResourceError.outOfSpace(size: 0x900, largest: 0x800)) { try pool.allocate(0x900, for: key(1), tag: "b") }
        #expect(try pool.allocate(0x800, for: key(1), tag: "b") == 0x1800)
        #expect(throws: ResourceError.outOfSpace(size: 1, largest: 0)) { try pool.allocate(1, for: key(2), tag: "c") }
    }

    @Test func specialAlignment() throws {
        var pool = try pool(0x1000...0x1FFF)
        #expect(try pool.allocate(0x10, for: key(0), tag: "a") == 0x1000)
        try pool.allocate(at: 0x1200, through: 0x13FF, for: key(1), tag: "b")
        #expect(try pool.allocate(0x800, for: key(2), tag: "c", alignment: 0x800) == 0x1800)
    }

    @Test func aroundAFixedRange() throws {
        var pool = try pool(0x1000...0x1FFF)
        try pool.allocate(at: 0x1200, through: 0x19FF, for: key(0), tag: "fixed")
        #expect(throws: ResourceError.self) { try pool.allocate(0x800, for: key(1), tag: "a") }
        #expect(try pool.allocate(0x600, for: key(1), tag: "a") == 0x1A00)
        #expect(try pool.allocate(0x200, for: key(2), tag: "b") == 0x1000)
    }

    @Test func conflictsNameTheOwner() throws {
        var pool = try pool(0x1000...0x1FFF)
        try pool.allocate(at: 0x1200, through: 0x19FF, for: key(0), tag: "first")
        for (start, last) in [(0x1000, 0x1200), (0x19FF, 0x1A00), (0x1300, 0x1400), (0x1000, 0x1FFF)] as [(UInt64, UInt64)] {
            let owner = try #require(pool[key(0)])
            #expect(owner.tag == "first")
            #expect(throws: ResourceError.taken(owner)) {
                try pool.allocate(at: start, through: last, for: key(1), tag: "second")
            }
        }
        #expect(throws: ResourceError.outsidePool(start: 0xFFF, last: 0x1000)) {
            try pool.allocate(at: 0xFFF, through: 0x1000, for: key(1), tag: "low")
        }
        #expect(throws: ResourceError.self) { try pool.allocate(at: 0x1F00, through: 0x2000, for: key(1), tag: "high") }
        #expect(pool.allocationCount == 1)
    }

    @Test func coalescing() throws {
        var pool = try pool(0x1000...0xFFFF, alignment: 0x1000)
        try pool.allocate(at: 0x3000, through: 0x3FFF, for: key(0), tag: "a")
        try pool.allocate(at: 0x2000, through: 0x2FFF, for: key(1), tag: "b")
        try pool.allocate(at: 0x4000, through: 0xFFFF, for: key(2), tag: "c")
        try pool.release(key(0))
        try pool.release(key(1))
        #expect(pool.freeStretches == [0x1000...0x3FFF])
        #expect(try pool.allocate(0x3000, for: key(3), tag: "d") == 0x1000)
    }

    @Test func reverse() throws {
        var pool = try pool(0x1000...0xFFFF)
        #expect(try pool.allocate(0x100, for: key(0), tag: "a", reverse: true) == 0xFF00)
        #expect(try pool.allocate(0x110, for: key(1), tag: "b", reverse: true) == 0xFD00)
        #expect(try pool.allocate(0x100, for: key(2), tag: "c", highest: 0x1FFF, reverse: true) == 0x1F00)
        #expect(try pool.allocate(0x100, for: key(3), tag: "d", highest: 0x10FF) == 0x1000)
        #expect(throws: ResourceError.self) { try pool.allocate(0x100, for: key(4), tag: "e", highest: 0x11FE) }
    }

    @Test func limits() throws {
        var pool = try pool(0...UInt64.max, alignment: 1)
        #expect(try pool.allocate(.max, for: key(0), tag: "all but one") == 0)
        #expect(try pool.allocate(1, for: key(1), tag: "last") == .max)
        try pool.release(key(0))
        try pool.release(key(1))
        #expect(pool.freeStretches == [0...UInt64.max])
        try pool.allocate(at: .max, through: .max, for: key(2), tag: "last")
        #expect(throws: ResourceError.self) { try pool.allocate(2, for: key(3), tag: "x", alignment: 1 << 63, highest: 0) }
        #expect(try pool.allocate(1, for: key(3), tag: "x", alignment: 1 << 63, reverse: true) == 1 << 63)
    }

    @Test func mistakes() throws {
        #expect(throws: ResourceError.badAlignment(0)) { try ResourcePool([0...1], alignment: 0) }
        #expect(throws: ResourceError.badAlignment(3)) { try ResourcePool([0...1], alignment: 3) }
        #expect(throws: ResourceError.emptyPool) { try ResourcePool([]) }
        #expect(throws: ResourceError.poolsOverlap(start: 5)) { try ResourcePool([0...5, 5...9]) }
        var pool = try pool(0x1000...0x1FFF)
        #expect(throws: ResourceError.sizeZero) { try pool.allocate(0, for: key(0), tag: "a") }
        #expect(throws: ResourceError.badAlignment(0x300)) { try pool.allocate(1, for: key(0), tag: "a", alignment: 0x300) }
        #expect(throws: ResourceError.badRange(start: 2, last: 1)) { try pool.allocate(at: 2, through: 1, for: key(0), tag: "a") }
        #expect(throws: ResourceError.unknown(key(0))) { try pool.release(key(0)) }
        try pool.allocate(1, for: key(0), tag: "a")
        #expect(throws: ResourceError.exists(try #require(pool[key(0)]))) { try pool.allocate(1, for: key(0), tag: "b") }
        #expect(throws: ResourceError.exists(try #require(pool[key(0)]))) {
            try pool.allocate(at: 0x1800, through: 0x1801, for: key(0), tag: "b")
        }
    }

    @Test func offsets() throws {
        var pool = try pool(0x1000...0xFFFF)
        try pool.allocate(0x800, for: key(0), tag: "bar0")
        #expect(try pool.number(in: key(0), at: 0x600, size: 0x100) == 0x1600)
        #expect(try pool.number(in: key(0), at: 0x7FF, size: 1) == 0x17FF)
        let owner = try #require(pool[key(0)])
        #expect(throws: ResourceError.outOfBounds(owner, offset: 0x800)) { try pool.number(in: key(0), at: 0x800, size: 1) }
        #expect(throws: ResourceError.outOfBounds(owner, offset: 0x7FF)) { try pool.number(in: key(0), at: 0x7FF, size: 2) }
        #expect(try pool.release(containing: 0x17FF) == 0x1000...0x17FF)
    }

    @Test func preferredAlignment() throws {
        var pool = try ResourcePool([0...19], preferredAlignment: 8)
        let starts = try (0..<20).map { try pool.allocate(1, for: key($0), tag: "slot") }
        #expect(Array(starts.prefix(3)) == [0, 8, 16])
        #expect(Array(starts.dropFirst(3).prefix(3)) == [1, 2, 3])
    }

    /// A pool whose free numbers are a list of flags.
    struct Model {
        var isFree = [Bool](repeating: false, count: 512)
        var owners: [UInt64: ClosedRange<Int>] = [:]

        func fits(_ start: Int, _ size: Int) -> Bool {
            start + size <= isFree.count && isFree[start..<start + size].allSatisfy { $0 }
        }

        func place(_ size: Int, _ alignment: Int, _ highest: Int, reverse: Bool) -> Int? {
            let starts = stride(from: 0, to: isFree.count, by: alignment).filter { $0 + size - 1 <= highest && fits($0, size) }
            return reverse ? starts.last : starts.first
        }

        mutating func set(_ range: ClosedRange<Int>, _ value: Bool) { for index in range { isFree[index] = value } }
    }

    @Test("against a naive model", arguments: 0..<24) func model(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let minimum = random.pick([1, 4, 16])
        var pool = try ResourcePool([16...255, 300...511], alignment: UInt64(minimum))
        var model = Model()
        model.set(16...255, true)
        model.set(300...511, true)
        for step in 0..<600 {
            switch random.below(10) {
            case 0..<5:
                let size = 1 + random.below(random.oneIn(8) ? 100 : 12)
                let alignment = random.pick([1, 2, 8, 32])
                let highest = random.chance(30) ? random.below(512) : 600
                let reverse = random.chance(40)
                let expected = model.place(size, max(alignment, minimum), highest, reverse: reverse)
                let start = try? pool.allocate(
                    UInt64(size), for: key(UInt64(step)), tag: "m", alignment: UInt64(alignment), highest: UInt64(highest),
                    reverse: reverse)
                #expect(start == expected.map { UInt64($0) })
                if let expected {
                    model.set(expected...expected + size - 1, false)
                    model.owners[UInt64(step)] = expected...expected + size - 1
                }
            case 5:
                let start = random.below(512)
                let last = min(511, start + random.below(30))
                let fits = model.fits(start, last - start + 1)
                let isDone =
                    (try? pool.allocate(at: UInt64(start), through: UInt64(last), for: key(UInt64(step)), tag: "at")) != nil
                #expect(isDone == fits)
                if fits {
                    model.set(start...last, false)
                    model.owners[UInt64(step)] = start...last
                }
            default:
                guard let victim = model.owners.keys.sorted().randomElement(using: &random), let range = model.owners[victim]
                else {
                    continue
                }
                #expect(try pool.release(key(victim)) == UInt64(range.lowerBound)...UInt64(range.upperBound))
                model.set(range, true)
                model.owners[victim] = nil
            }
            #expect(pool.isSound())
            #expect(pool.allocationCount == model.owners.count)
        }
        var free = [Bool](repeating: false, count: 512)
        for stretch in pool.freeStretches { for index in stretch { free[Int(index)] = true } }
        #expect(free == model.isFree)
    }
}

@Suite("Resource allocator")
struct ResourceAllocatorTests {
    private func allocator() throws -> ResourceAllocator {
        try ResourceAllocator(
            low: [0x3000_0000...0x3FFF_FFFF], high: 0x1000_0000...0x1FFF_FFFF, ports: 0x1000...0xFFFF, firstInterrupt: 5)
    }

    @Test func lines() throws {
        var allocator = try allocator()
        #expect(try allocator.allocateInterrupt() == 5)
        #expect(try allocator.allocateInterrupt() == 6)
        try allocator.reserveInterrupt(7)
        #expect(try allocator.allocateInterrupt() == 8)
        try allocator.releaseInterrupt(6)
        #expect(try allocator.allocateInterrupt() == 6)
        #expect(throws: ResourceError.self) { try allocator.reserveInterrupt(4) }
        #expect(throws: ResourceError.self) { try allocator.reserveInterrupt(1024) }
        #expect(try allocator.allocateEvent() == 0)
        #expect(try allocator.allocateEvent() == 1)
        try allocator.releaseEvent(0)
        #expect(try allocator.allocateEvent() == 0)
        for _ in 2..<256 { _ = try allocator.allocateEvent() }
        #expect(throws: ResourceError.outOfSpace(size: 1, largest: 0)) { try allocator.allocateEvent() }
    }

    @Test func highAndReserved() throws {
        var allocator = try allocator()
        let bar = AllocationKey.pciBAR(bus: 0, device: 0, function: 0, register: 0)
        #expect(try allocator.allocateMMIO(0x100, for: bar, tag: "bar0", isPrefetchable: true) == PhysicalAddress(0x1000_0000))
        try allocator.reserve(
            PhysicalRange(from: 0x3000_2000, to: 0x3000_5FFF), tag: "reserved")
        #expect(throws: ResourceError.self) {
            try allocator.low.allocate(at: 0x3000_5000, through: 0x3000_9FFF, for: .anonymous(1), tag: "x")
        }
        #expect(throws: Never.self) {
            try allocator.low.allocate(at: 0x3000_6000, through: 0x3000_9FFF, for: .anonymous(1), tag: "x")
        }
    }

    @Test func choiceOfWindow() throws {
        var allocator = try allocator()
        func key(_ number: UInt64) -> AllocationKey { .anonymous(number) }
        #expect(try allocator.allocateMMIO(0x1000, for: key(0), tag: "a") == PhysicalAddress(0x3000_0000))
        #expect(throws: ResourceError.self) {
            try allocator.allocateMMIO(0x1000, for: key(1), tag: "b", highest: PhysicalAddress(0xFFFF_FFFE))
        }
        #expect(
            try allocator.allocateMMIO(
                0x1000, for: key(1), tag: "b", isPrefetchable: true, highest: PhysicalAddress(0xFFFF_FFFF_FFFF))
                == PhysicalAddress(0x3000_1000))
        #expect(
            try allocator.allocateMMIO(0x1000_0000, for: key(2), tag: "c", isPrefetchable: true) == PhysicalAddress(0x1000_0000))
        // The high window is full.
        #expect(
            try allocator.allocateMMIO(0x1000, for: key(3), tag: "d", isPrefetchable: true, topDown: true)
                == PhysicalAddress(0x3FFF_F000))
        #expect(throws: ResourceError.self) { try allocator.allocateMMIO(0x1000, for: key(2), tag: "again") }
        #expect(try allocator.releaseMMIO(key(2)) == PhysicalRange(from: 0x1000_0000, to: 0x1FFF_FFFF))
        #expect(try allocator.reserveHigh(0x2000, tag: "pstore") == PhysicalAddress(0x1000_0000))
    }

    @Test func functions() throws {
        var allocator = try allocator()
        try allocator.addBus(0)
        #expect(throws: ResourceError.self) { try allocator.addBus(0) }
        #expect(try allocator.allocatePCIFunction(onBus: 0, tag: "a") == PCIFunction(bus: 0, device: 1, function: 0))
        try allocator.reserve(PCIFunction(bus: 0, device: 2, function: 0), tag: "b")
        #expect(try allocator.allocatePCIFunction(onBus: 0, tag: "c") == PCIFunction(bus: 0, device: 3, function: 0))
        for _ in 4..<32 { _ = try allocator.allocatePCIFunction(onBus: 0, tag: "d") }
        #expect(try allocator.allocatePCIFunction(onBus: 0, tag: "e") == PCIFunction(bus: 0, device: 1, function: 1))
        try allocator.release(PCIFunction(bus: 0, device: 3, function: 0))
        #expect(try allocator.allocatePCIFunction(onBus: 0, tag: "f") == PCIFunction(bus: 0, device: 3, function: 0))
        #expect(throws: ResourceError.unknownBus(1)) { try allocator.allocatePCIFunction(onBus: 1, tag: "g") }
        #expect(throws: ResourceError.self) {
            try allocator.reserve(PCIFunction(bus: 0, device: 0, function: 0), tag: "host bridge")
        }
    }

    @Test("7a06e688f, e9dceff6e: windows that were too small are an error with the size that is left") func exhausted() throws {
        var low = try ResourceAllocator(low: [0x200_0000...0x20F_FFFF], high: nil, platform: 0...0x7F_FFFF, firstInterrupt: 4)
        _ = try low.allocateMMIO(0x8_0000, for: .anonymous(0), tag: "a")
        #expect(throws: ResourceError.outOfSpace(size: 0x10_0000, largest: 0x8_0000)) {
            try low.allocateMMIO(0x10_0000, for: .anonymous(1), tag: "b")
        }
        #expect(throws: ResourceError.outOfSpace(size: 0x80_0001, largest: 0x80_0000)) {
            try low.platform?.allocate(0x80_0001, for: .anonymous(1), tag: "b")
        }
    }

    @Test func ofAPlan() throws {
        var request = X86LayoutRequest(memoryByteCount: 5 << 30)
        request.mappedFiles = [PhysicalRange(from: 0xD000_0000, to: 0xD000_0FFF)]
        var allocator = try ResourceAllocator(LayoutPlan(request))
        #expect(try allocator.allocateMMIO(0x1000, for: .anonymous(0), tag: "a") == PhysicalAddress(0xD000_1000))
        #expect(
            try allocator.allocateMMIO(0x1000, for: .anonymous(1), tag: "b", isPrefetchable: true)
                == PhysicalAddress(0x1_7800_0000))
        #expect(try allocator.allocateInterrupt() == 9)
        #expect(try allocator.ports?.allocate(1, for: .anonymous(0), tag: "port") == 0xC000)
        #expect(try allocator.ports?.allocate(1, for: .anonymous(1), tag: "port") == 0xC400)
    }
}
