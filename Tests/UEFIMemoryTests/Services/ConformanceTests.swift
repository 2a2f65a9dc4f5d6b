import MemoryMap
import Testing

@testable import UEFIMemory

/// What UEFI's self-certification tests ask of the memory services, for more types than they do.
@Suite("Conditions of self-certification")
struct ConformanceTests {
    static let types: [MemoryType] =
        (0...13).filter { $0 != 7 }.map { MemoryType($0) }
        + [0x7000_0000, 0x7FFF_FFFF, 0x8000_0000, 0xC000_0000, 0xFFFF_FFFF].map { MemoryType($0) }

    @Test(arguments: types, [UInt64(1), 16])
    func `pages of each type go and come back`(type: MemoryType, granularity: UInt64) throws {
        var services = try Arena.services(pages: 4096, granularity: granularity)
        let before = try services.map()
        let unit = services.granule(of: type)
        // Anywhere, and below the end of memory: a third of the largest free region, twice.
        for placement in [
            PagePlacement.anywhere, .upTo(PhysicalAddress(.max)), .upTo(Arena.page(0x900)), .upTo(PhysicalAddress(0xAFF_FFF)),
        ] {
            let third = try services.largestFree().pages / 3 / unit * unit / 2
            var addresses: [PhysicalAddress] = []
            for _ in 0..<2 { addresses.append(try services.allocatePages(placement, type, PageCount(third))) }
            for address in addresses {
                #expect(address.isAligned(to: unit * 4096))
                let row = try services.map().first { $0.range?.contains(address) == true }
                #expect(row?.type == type)
                if case .upTo(let limit) = placement { #expect(address.rawValue + third << 12 - 1 <= limit.rawValue) }
            }
            for address in addresses { try services.freePages(at: address, PageCount(third)) }
            #expect(try services.map() == before)
        }
        // At an address: in the front, the middle and the back third, one page, all but one, all.
        let (start, pages) = try services.largestFree()
        let (first, count) = ((start + unit - 1) / unit * unit, (pages - unit) / unit * unit)
        for place in [first, first + count / 3 / unit * unit, first + count * 2 / 3 / unit * unit] {
            let rest = (first + count - place) / unit * unit
            for size in [1, unit, rest - unit, rest] where size > 0 {
                let address = try services.allocatePages(.at(Arena.page(place)), type, PageCount(size))
                #expect(address == Arena.page(place))
                #expect(
                    services.failure { services throws(MemoryServiceError) in
                        _ = try services.allocatePages(.at(address), type, PageCount(1))
                    } == .notFound)
                try services.freePages(at: address, PageCount(size))
                #expect(try services.map() == before)
            }
        }
    }

    @Test(arguments: types)
    func `more than there is`(type: MemoryType) throws {
        var services = try Arena.services(pages: 1024)
        let (start, pages) = try services.largestFree()
        let (map, key) = (try services.map(), services.mapKey)
        for placement in [PagePlacement.anywhere, .upTo(PhysicalAddress(.max))] {
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    _ = try services.allocatePages(placement, type, PageCount(pages + 1))
                } == .outOfResources)
        }
        #expect(
            services.failure { services throws(MemoryServiceError) in
                _ = try services.allocatePool(type, byteCount: pages << 12 + 1)
            } == .outOfResources)
        #expect(
            services.failure { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.at(Arena.page(start)), type, PageCount(pages + 1))
            } == .notFound)
        // Behind the last address that there is.
        let end = Arena.page(0x100 + 1024)
        #expect(
            services.failure { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.at(end), type, PageCount(1))
            } == .notFound)
        #expect(
            services.failure { services throws(MemoryServiceError) in
                try services.freePages(at: end, PageCount(1))
            } == .notFound)
        #expect(
            services.failure { services throws(MemoryServiceError) in
                try services.freePages(at: Arena.page(start), PageCount(1))
            } == .notFound)
        #expect(
            services.failure { services throws(MemoryServiceError) in
                try services.freePages(at: PhysicalAddress(start << 12 + 1), PageCount(1))
            } == .invalidParameter)
        #expect(try services.map() == map && services.mapKey == key)
        // All of it.
        let address = try services.allocatePages(.anywhere, type, PageCount(pages))
        #expect(address == Arena.page(start))
        try services.freePages(at: address, PageCount(pages))
        #expect(try services.map() == map)
    }

    @Test(arguments: types)
    func `pool of each type goes and comes back`(type: MemoryType) throws {
        var services = try Arena.services(pages: 1024)
        let before = try services.map()
        for byteCount: UInt64 in [0, 1, 8, 10, 64, 1_000, 3_073, 4_096, 50_000, 1_000_000] {
            let first = try services.allocatePool(type, byteCount: byteCount)
            let second = try services.allocatePool(type, byteCount: byteCount)
            #expect(first.isAligned(to: 16) && second.isAligned(to: 16))
            #expect(first.rawValue + byteCount <= second.rawValue || second.rawValue + byteCount <= first.rawValue)
            #expect(try services.map().first { $0.range?.contains(first) == true }?.type == type)
            try services.freePool(at: first)
            try services.freePool(at: second)
            #expect(try services.map() == before)
        }
    }

    @Test func `a buffer of boot services data that comes and goes alone leaves the map as it is`() throws {
        var services = try Arena.services(pages: 64)
        let (map, key) = (try services.map(), services.mapKey)
        for byteCount: UInt64 in [64, 64, 200, 1_000, 1, 4_000] {
            let buffer = try services.allocatePool(.bootServicesData, byteCount: byteCount)
            try services.freePool(at: buffer)
            #expect(services.brokenInvariant() == nil)
        }
        #expect(try services.map() == map && services.mapKey == key)
        let pages = try services.allocatePages(.anywhere, .loaderData, PageCount(try services.largestFree().pages))
        // All other memory is in use, and this page is still there.
        let last = try services.allocatePool(.bootServicesData, byteCount: 64)
        #expect(try services.map().allSatisfy { $0.type != .conventional })
        try services.freePool(at: last)
        try services.freePages(at: pages, PageCount(pages == Arena.page(0x100) ? 60 : 0))
        #expect(try services.map() == map && services.brokenInvariant() == nil)
    }

    @Test func `keys before, between and after`() throws {
        var services = try Arena.services(pages: 1024)
        var keys: Set<UInt64> = [services.mapKey]
        for _ in 0..<100 {
            let address = try services.allocatePages(.anywhere, .bootServicesData, PageCount(1))
            #expect(keys.insert(services.mapKey).inserted)
            try services.freePages(at: address, PageCount(1))
            #expect(keys.insert(services.mapKey).inserted)
        }
        #expect(!keys.contains(0))
    }

    @Test func `the services of the end of boot services see the map and its key`() throws {
        var services = try Arena.services(pages: 256, granularity: 16)
        var events = EventNotifications(capacity: 4)
        var end = BootServicesEnd()
        let stale = services.mapKey
        _ = try services.allocatePool(.runtimeServicesData, byteCount: 100)
        _ = try services.allocatePages(.anywhere, .runtimeServicesCode, PageCount(3))
        let areAligned = services.runtimeRegionsAreAligned
        #expect(areAligned)
        #expect(try finish(&end, &events, &services, stale) == .invalidParameter)
        let buffer = try services.allocatePool(.loaderData, byteCount: 4_000)
        #expect(try finish(&end, &events, &services, services.mapKey) == nil)
        #expect(services.failure { services throws(MemoryServiceError) in try services.freePool(at: buffer) } == .unsupported)
    }

    private func finish(
        _ end: inout BootServicesEnd, _ events: inout EventNotifications, _ services: inout MemoryServices, _ key: UInt64
    ) throws -> ExitBootServicesError? {
        try end.exitBootServices(key: key)
        while true {
            if case .finished(let error) = end.nextStep(&events, &services) { return error }
        }
    }

    @Test func `the allocation library runs on the services`() throws {
        let services = SharedMemoryServices(try Arena.services(pages: 1024))
        let before = try services.services.map()
        let library = MemoryAllocationLibrary(services)
        let aligned = library.allocateAlignedPages(PageCount(3), alignment: 1 << 16)
        #expect(aligned?.isAligned(to: 1 << 16) == true)
        let text = library.allocateZeroPool(100)
        let copy = text.flatMap { library.allocateCopyPool(100, from: $0) }
        let larger = library.reallocatePool(100, 10_000, copy)
        do {
            var owned = try OwnedPages(PageCount(2), from: services)
            owned?.zero()
            owned = nil
        }
        for buffer in [text, larger] { if let buffer { try library.freePool(buffer) } }
        if let aligned { try library.freeAlignedPages(aligned, PageCount(3)) }
        #expect(try services.services.map() == before)
    }

    @Test func `restricting access asks the services what is memory`() throws {
        var services = try Arena.services(pages: 256)
        try services.add(Arena.range(0x1000, 16), as: .occupied(.memoryMappedIO), attributes: [.uncacheable, .runtime])
        var protections = MemoryProtections(capacity: 16)
        var calls: [PhysicalRange] = []
        services.protectMemory = { _, range in calls.append(range) }
        try protections.set(.readOnly, at: Arena.page(0x110), byteCount: 3 << 12, of: &services)
        #expect(calls == [Arena.range(0x110, 3)])
        #expect(restriction(&protections, &services, 0x1000, 1) == .unsupported)
        #expect(restriction(&protections, &services, 0x1FF, 2) == .unsupported)
    }

    private func restriction(
        _ protections: inout MemoryProtections, _ services: inout MemoryServices, _ page: UInt64, _ pages: UInt64
    ) -> MemoryAttributeError? {
        do throws(MemoryAttributeError) {
            try protections.set(.readOnly, at: Arena.page(page), byteCount: pages << 12, of: &services)
            return nil
        } catch {
            return error
        }
    }
}
