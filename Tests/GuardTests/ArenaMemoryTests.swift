import MemoryGuard
import MemoryMap
import SeededRandom
import Testing

/// The services against a model that knows each page and each block of pool.
@Suite
struct ArenaMemoryTests {
    /// Memory of the test's own.
    @safe
    private final class Backing {
        let range: PhysicalRange
        private let memory: UnsafeMutableRawPointer

        init(pages: Int) throws {
            unsafe memory = .allocate(byteCount: pages * 4096, alignment: 65536)
            let address = unsafe PhysicalAddress(UInt64(UInt(bitPattern: memory)))
            range = try #require(PhysicalRange(start: address, pages: PageCount(UInt64(pages))))
        }

        deinit { unsafe memory.deallocate() }
    }

    /// What the model knows.
    private struct Model {
        struct Pages { var start: UInt64, pages: UInt64, type: MemoryType }
        struct Block { var start: UInt64, byteCount: UInt64 }

        var pages: [Pages] = []
        var blocks: [Block] = []
        var types: [UInt64: MemoryType] = [:]

        func isFree(_ start: UInt64, _ pages: UInt64) -> Bool {
            (start..<start + pages).allSatisfy { types[$0] == .conventional }
        }
    }

    private static let types: [MemoryType] = [
        .loaderCode, .loaderData, .bootServicesData, .runtimeServicesData, .acpiReclaim, .acpiNVS, .unusable,
        MemoryType(0x7000_0000), MemoryType(0x8000_0000), MemoryType(0xFFFF_FFFF),
    ]

    /// The page types that the services list, in full.
    private static func pageTypes(_ memory: borrowing ArenaMemory) -> (types: [UInt64: MemoryType], isSound: Bool) {
        var types: [UInt64: MemoryType] = [:]
        var next = memory.range.start
        var isSound = true
        memory.forEachExtent { start, pages, type, _ in
            isSound = isSound && start == next && pages > .zero
            for page in 0..<pages.rawValue { types[start.rawValue / 4096 + page] = type }
            next = PhysicalAddress(start.rawValue + pages.rawValue * 4096)
        }
        return (types, isSound && next.rawValue == memory.range.last.rawValue + 1)
    }

    @Test(arguments: [1, 16] as [UInt32], [64, 300, 5000])
    func `random calls do what the model does`(granularity: UInt32, pageCount: Int) throws {
        let backing = try Backing(pages: pageCount)
        var random = SeededGenerator(seed: UInt64(pageCount) + UInt64(granularity))
        guard var memory = unsafe ArenaMemory(backing.range, attributes: .allCachePolicies, runtimeGranularity: granularity)
        else {
            Issue.record("an arena of \(pageCount) pages")
            return
        }
        var model = Model()
        model.types = Self.pageTypes(memory).types
        var keys: Set<UInt64> = [memory.mapKey]
        let first = backing.range.start.rawValue / 4096
        for round in 0..<4_000 {
            let key = memory.mapKey
            let before = model.types
            switch random.below(10) {
            case 0..<3:
                let type = random.pick(Self.types)
                let unit: UInt64 =
                    granularity > 1 && [.runtimeServicesData, .acpiNVS].contains(type) ? UInt64(granularity) : 1
                let wanted = UInt64(1 + random.below(random.oneIn(20) ? pageCount : 20))
                let pages = (wanted + unit - 1) / unit * unit
                var placement = PagePlacement.anywhere
                let page = first + UInt64(random.below(pageCount))
                if random.oneIn(3) { placement = .below(PhysicalAddress(page * 4096 + UInt64(random.below(4096)))) }
                if random.oneIn(3) { placement = .at(PhysicalAddress(page * 4096)) }
                do throws(ArenaError) {
                    let address = try memory.allocatePages(PageCount(wanted), type: type, placement)
                    let start = address.rawValue / 4096
                    #expect(start.isMultiple(of: unit) && model.isFree(start, pages))
                    switch placement {
                    case .anywhere: break
                    case .below(let limit): #expect(address.rawValue + pages * 4096 - 1 <= limit.rawValue)
                    case .at(let place): #expect(place == address)
                    }
                    for page in start..<start + pages { model.types[page] = type }
                    model.pages.append(Model.Pages(start: start, pages: pages, type: type))
                } catch {
                    // It may only fail where the model has no place either.
                    switch placement {
                    case .at: #expect(!page.isMultiple(of: unit) || !model.isFree(page, pages))
                    case .anywhere, .below:
                        let end: UInt64 =
                            if case .below(let limit) = placement { (limit.rawValue + 1) / 4096 } else {
                                first + UInt64(pageCount)
                            }
                        var start = (first + unit - 1) / unit * unit
                        var found = false
                        while start + pages <= end, !found {
                            found = model.isFree(start, pages)
                            start += unit
                        }
                        #expect(!found, "round \(round): \(wanted) pages of \(type) \(placement)")
                    }
                }
            case 3..<5:
                guard !model.pages.isEmpty else { break }
                // All of an allocation, or a part of it.
                let index = random.below(model.pages.count)
                let one = model.pages[index]
                let unit: UInt64 =
                    granularity > 1 && [.runtimeServicesData, .acpiNVS].contains(one.type) ? UInt64(granularity) : 1
                var (start, end) = (one.start, one.start + one.pages)
                if random.oneIn(3) {
                    start += UInt64(random.below(Int(one.pages / unit))) * unit
                    end = start + UInt64(1 + random.below(Int((end - start) / unit))) * unit
                }
                try memory.freePages(at: PhysicalAddress(start * 4096), PageCount(end - start))
                for page in start..<end { model.types[page] = .conventional }
                model.pages.remove(at: index)
                if start > one.start {
                    model.pages.append(Model.Pages(start: one.start, pages: start - one.start, type: one.type))
                }
                if end < one.start + one.pages {
                    model.pages.append(Model.Pages(start: end, pages: one.start + one.pages - end, type: one.type))
                }
            case 5..<7:
                let size = UInt64(random.below(random.oneIn(4) ? 20_000 : 700))
                let type = random.pick(Self.types)
                guard let address = try? memory.allocatePool(byteCount: size, type: type) else { break }
                #expect(address.isAligned(to: 16))
                let end = address.rawValue + max(size, 1)
                #expect(model.blocks.allSatisfy { end <= $0.start || address.rawValue >= $0.start + $0.byteCount })
                #expect(
                    model.pages.allSatisfy { end <= $0.start * 4096 || address.rawValue >= ($0.start + $0.pages) * 4096 })
                model.blocks.append(Model.Block(start: address.rawValue, byteCount: max(size, 1)))
                model.types = Self.pageTypes(memory).types
                #expect(model.types[address.rawValue / 4096] == type && model.types[(end - 1) / 4096] == type)
            case 7..<9:
                guard !model.blocks.isEmpty else { break }
                let block = model.blocks.remove(at: random.below(model.blocks.count))
                try memory.freePool(at: PhysicalAddress(block.start))
                #expect(throws: ArenaError.invalidParameter) { try memory.freePool(at: PhysicalAddress(block.start)) }
                model.types = Self.pageTypes(memory).types
            default:
                // Hostile calls change nothing.
                let address = backing.range.start.rawValue &- 8192 &+ UInt64(random.below((pageCount + 4) * 4096))
                if !model.blocks.contains(where: { $0.start == address }) {
                    #expect(throws: ArenaError.invalidParameter) { try memory.freePool(at: PhysicalAddress(address)) }
                }
                let page = address / 4096
                let count = random.oneIn(4) ? (1 << 52) + UInt64(random.below(4)) : UInt64(random.below(30))
                // A part of an allocation is no mistake.
                let owner = model.pages.contains { $0.start <= page && page < $0.start + $0.pages && count <= $0.pages }
                if !owner || count == 0 {
                    #expect(throws: ArenaError.self) { try memory.freePages(at: PhysicalAddress(page * 4096), PageCount(count)) }
                }
                #expect(throws: ArenaError.self) { try memory.freePages(at: PhysicalAddress(page * 4096 + 1), PageCount(1)) }
            }
            let isChanged = model.types != before
            #expect((memory.mapKey != key) == isChanged, "round \(round)")
            if isChanged { #expect(keys.insert(memory.mapKey).inserted && memory.mapKey != 0) }
            if round % 50 == 0 {
                let (types, isSound) = Self.pageTypes(memory)
                #expect(isSound && types == model.types, "round \(round)")
                #expect(memory.livePages == UInt64(types.values.filter { $0 != .conventional }.count))
            }
        }
        for block in model.blocks { try memory.freePool(at: PhysicalAddress(block.start)) }
        for one in model.pages { try memory.freePages(at: PhysicalAddress(one.start * 4096), PageCount(one.pages)) }
        #expect(memory.livePoolBlocks == 0 && memory.livePoolBytes == 0)
        // Of each type and size of pool one page may stay.
        #expect(memory.livePages <= memory.bookkeepingPages + 120)
    }

    @Test func `arguments that no call may have are refused`() throws {
        let backing = try Backing(pages: 128)
        guard var memory = unsafe ArenaMemory(backing.range, attributes: .writeBack) else { throw ArenaError.notFound }
        for type in [7, 14, 15, 16, 0x6FFF_FFFF] as [UInt32] {
            #expect(throws: ArenaError.invalidParameter) {
                try memory.allocatePages(PageCount(1), type: MemoryType(type), .anywhere)
            }
            #expect(throws: ArenaError.invalidParameter) { try memory.allocatePool(byteCount: 1, type: MemoryType(type)) }
        }
        #expect(throws: ArenaError.invalidParameter) { try memory.allocatePages(.zero, type: .loaderData, .anywhere) }
        for pages in [129, 1 << 52, (1 << 52) + 1, UInt64.max] as [UInt64] {
            #expect(throws: ArenaError.outOfResources) {
                try memory.allocatePages(PageCount(pages), type: .loaderData, .anywhere)
            }
        }
        for size in [129 * 4096, UInt64.max - 64, UInt64.max] as [UInt64] {
            #expect(throws: ArenaError.outOfResources) { try memory.allocatePool(byteCount: size, type: .loaderData) }
        }
        #expect(throws: ArenaError.notFound) {
            try memory.allocatePages(PageCount(1), type: .loaderData, .at(PhysicalAddress(backing.range.start.rawValue + 1)))
        }
        #expect(throws: ArenaError.notFound) {
            try memory.allocatePages(PageCount(1), type: .loaderData, .at(backing.range.start))
        }
        #expect(throws: ArenaError.outOfResources) {
            try memory.allocatePages(PageCount(1), type: .loaderData, .below(PhysicalAddress(0)))
        }
        // Pages and pool are not each other's.
        let pool = try memory.allocatePool(byteCount: 9000, type: .loaderData)
        let pages = try memory.allocatePages(PageCount(3), type: .loaderData, .anywhere)
        #expect(throws: ArenaError.notFound) { try memory.freePages(at: pool, PageCount(3)) }
        #expect(throws: ArenaError.invalidParameter) { try memory.freePool(at: pages) }
        #expect(throws: ArenaError.notFound) { try memory.freePages(at: pages, PageCount(4)) }
        #expect(throws: ArenaError.invalidParameter) { try memory.freePages(at: pages, PageCount((1 << 52) - 1)) }
        #expect(throws: ArenaError.invalidParameter) { try memory.freePages(at: pages, PageCount(1 << 52)) }
        try memory.freePages(at: pages, PageCount(3))
        #expect(throws: ArenaError.notFound) { try memory.freePages(at: pages, PageCount(3)) }
    }
}
