import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("Memory services at their end")
struct ExhaustionTests {
    /// Makes a call: between them they look for memory in every way there is.
    private static func call(_ number: Int, _ services: inout MemoryServices) throws(MemoryServiceError) {
        switch number {
        case 0: _ = try services.allocatePages(.anywhere, .loaderData, PageCount(3))
        case 1: _ = try services.allocatePages(.upTo(Arena.page(0x180)), .loaderCode, PageCount(3))
        case 2: _ = try services.allocatePages(.at(Arena.page(0x120)), .acpiNVS, PageCount(3))
        case 3: _ = try services.allocatePool(.bootServicesData, byteCount: 100)
        case 4: _ = try services.allocatePool(MemoryType(0x8000_0000), byteCount: 100)
        case 5: _ = try services.allocatePool(MemoryType(0x7000_0000), byteCount: 100_000)
        default: _ = try services.allocatePool(.runtimeServicesData, byteCount: 2_600)
        }
    }

    private static func failure(ofCall number: Int, _ services: inout MemoryServices) -> MemoryServiceError? {
        do throws(MemoryServiceError) {
            try call(number, &services)
            return nil
        } catch {
            return error
        }
    }

    /// Services after some work, in a state in which a number of records is left.
    private func prepared(_ work: Int, in window: MemoryWindow) throws -> MemoryServices {
        var services = try MemoryServices(memory: Arena.range(0x100, 1024), window: window, runtimeGranularity: PageCount(16))
        var random = SeededGenerator(seed: UInt64(work))
        var buffers: [PhysicalAddress] = []
        for index in 0..<work {
            _ = try services.allocatePages(.anywhere, random.chance(50) ? .loaderCode : .acpiReclaim, PageCount(1))
            let type = random.pick([.loaderData, .bootServicesData, MemoryType(0x9000_0000 + UInt32(index % 9))])
            buffers.append(try services.allocatePool(type, byteCount: UInt64(random.below(9_000))))
            if random.chance(40) { try services.freePool(at: buffers.remove(at: random.below(buffers.count))) }
        }
        return services
    }

    @Test func `whichever search for memory fails, nothing changes`() throws {
        var failures = 0
        // One for all, so that what was left in it is no matter either.
        let window = Arena.window(0x100, 1024)
        for work in 0..<45 {
            for call in 0..<7 {
                for search: UInt64 in 0..<8 {
                    var services = try prepared(work, in: window)
                    let (map, key, usage) = (try services.map(), services.mapKey, services.usage)
                    services.searchesUntilFailure = search
                    let failure = Self.failure(ofCall: call, &services)
                    services.searchesUntilFailure = nil
                    let broken = services.brokenInvariant()
                    if broken != nil { Issue.record("\(broken ?? "") after \(work) steps, search \(search)") }
                    guard let failure else { break }
                    failures += 1
                    let same = try services.map() == map && services.mapKey == key
                    if failure != .outOfResources || !same || services.usage.pages != usage.pages
                        || services.usage.extents != usage.extents
                    {
                        Issue.record("\(failure) after \(work) steps, search \(search): \(same)")
                    }
                    if Self.failure(ofCall: call, &services) != nil {
                        Issue.record("fails again after \(work) steps, search \(search)")
                    }
                }
            }
        }
        #expect(failures > 200)
    }

    @Test func `memory can be used up and given back, page by page and out of the middle`() throws {
        for pages: UInt64 in [4, 5, 8, 20, 40, 100, 300] {
            var services = try Arena.services(pages: pages)
            let before = try services.map()
            var random = SeededGenerator(seed: pages)
            for _ in 0..<3 {
                guard let free = before.first(where: { $0.type == .conventional }) else { continue }
                let all = free.pages.rawValue
                let address = try services.allocatePages(.anywhere, .loaderData, PageCount(all))
                #expect(
                    services.failure { services throws(MemoryServiceError) in
                        _ = try services.allocatePool(.loaderData, byteCount: 1)
                    } == .outOfResources)
                // Every second page out of one allocation, taken again at once in part.
                var freed: [UInt64] = []
                for page in stride(from: UInt64(0), to: all, by: 2) {
                    let failure = services.failure { services throws(MemoryServiceError) in
                        try services.freePages(at: PhysicalAddress(address.rawValue + page << 12), PageCount(1))
                    }
                    #expect(failure == nil)
                    freed.append(page)
                }
                #expect(services.brokenInvariant() == nil)
                var taken: [PhysicalAddress] = []
                while let page = try? services.allocatePages(.anywhere, .acpiReclaim, PageCount(1)) { taken.append(page) }
                #expect(services.brokenInvariant() == nil)
                taken.shuffle(using: &random)
                for page in taken { try services.freePages(at: page, PageCount(1)) }
                for page in stride(from: UInt64(1), to: all, by: 2) {
                    try services.freePages(at: PhysicalAddress(address.rawValue + page << 12), PageCount(1))
                }
                #expect(try services.map() == before)
                #expect(services.brokenInvariant() == nil)
            }
        }
    }

    @Test func `a thousand types have pools at a time`() throws {
        var services = try Arena.services(pages: 16384)
        let before = try services.map()
        var random = SeededGenerator(seed: 5)
        var buffers: [(PhysicalAddress, MemoryType)] = []
        for index: UInt32 in 0..<1_000 {
            let type = MemoryType(index % 2 == 0 ? 0x7000_0000 + index * 31 : 0x8000_0000 + index)
            for size: UInt64 in [20, 5_000] { buffers.append((try services.allocatePool(type, byteCount: size), type)) }
        }
        #expect(services.brokenInvariant() == nil)
        for (address, type) in buffers.prefix(20) {
            #expect(try services.map().first { $0.range?.contains(address) == true }?.type == type)
        }
        buffers.shuffle(using: &random)
        for (address, _) in buffers { try services.freePool(at: address) }
        #expect(try services.map() == before)
        #expect(services.brokenInvariant() == nil)
    }

    @Test func `the window is where the records are, and memory beyond it is used all the same`() throws {
        var services = try MemoryServices(memory: Arena.range(0x1000, 4096), window: Arena.window(0x1000, 192))
        let before = try services.map()
        var pages: [PhysicalAddress] = []
        while let page = try? services.allocatePages(.anywhere, .loaderData, PageCount(1)) { pages.append(page) }
        #expect(pages.count > 3_900 && services.brokenInvariant() == nil)
        for page in pages { try services.freePages(at: page, PageCount(1)) }
        #expect(try services.map() == before)
        #expect(services.brokenInvariant() == nil)
    }
}
