import MemoryMap
import Testing

@testable import UEFIMemory

@Suite("Resources of the memory services")
struct ResourceTests {
    private func add(
        _ services: inout MemoryServices, _ first: UInt64, _ pages: UInt64, _ resource: MemoryResource = .system,
        _ attributes: MemoryAttributes = .allCachePolicies
    ) -> MemoryResourceError? {
        do throws(MemoryResourceError) {
            try services.add(Arena.range(first, pages), as: resource, attributes: attributes)
            return nil
        } catch {
            return error
        }
    }

    /// A machine of many regions: its window reaches the first range only.
    private func machine(granularity: UInt64 = 1) throws -> MemoryServices {
        var services = try Arena.services(from: 0x1000, pages: 512, granularity: granularity)
        #expect(add(&services, 0, 0xA0) == nil)
        #expect(add(&services, 0xA0, 0x60, .occupied(.reserved)) == nil)
        #expect(add(&services, 0x10_0000, 1 << 20) == nil)
        #expect(add(&services, 0xF_0000, 256, .occupied(.memoryMappedIO), [.uncacheable, .runtime]) == nil)
        #expect(add(&services, 1 << 51, (1 << 51) - 1) == nil)
        #expect(add(&services, (1 << 52) - 1, 1) == nil)
        #expect(services.brokenInvariant() == nil)
        return services
    }

    @Test func `ranges are added anywhere, up to the last page there can be`() throws {
        var services = try machine()
        let rows = try services.map()
        #expect(rows.map(\.type.rawValue) == [4, 7, 0, 7, 4, 11, 7, 7])
        #expect(rows.last?.range?.last == PhysicalAddress(.max))
        #expect(rows[5].attributes == [.uncacheable, .runtime])
        // The highest page, and all of the highest region.
        #expect(try services.allocatePages(.anywhere, .loaderData, PageCount(1)) == Arena.page((1 << 52) - 1))
        try services.freePages(at: Arena.page((1 << 52) - 1), PageCount(1))
        #expect(try services.allocatePages(.anywhere, .loaderData, PageCount(1 << 51)) == Arena.page(1 << 51))
        try services.freePages(at: Arena.page(1 << 51), PageCount(1 << 51))
        #expect(try services.map() == rows && services.brokenInvariant() == nil)
    }

    @Test func `what is known already is not added`() throws {
        var services = try machine()
        let (map, key) = (try services.map(), services.mapKey)
        #expect(add(&services, 0x50, 1) == .overlap(Arena.page(0x50)))
        #expect(add(&services, 0xF00, 0x200, .occupied(.reserved)) == .overlap(Arena.page(0x1000)))
        #expect(add(&services, 0x1100, 0x1000) == .overlap(Arena.page(0x1100)))
        #expect(add(&services, 0x800, (1 << 52) - 0x800) == .overlap(Arena.page(0x1000)))
        #expect(add(&services, 0x2000, 1, .occupied(.conventional)) == .type(.conventional))
        #expect(add(&services, 0x2000, 1, .occupied(.unaccepted)) == .type(.unaccepted))
        guard let odd = PhysicalRange(start: PhysicalAddress(0x2000_0001), byteCount: 4096) else { return }
        var error: MemoryResourceError?
        do throws(MemoryResourceError) { try services.add(odd, as: .system) } catch let caught { error = caught }
        #expect(error == .misaligned(odd))
        #expect(try services.map() == map && services.mapKey == key)
    }

    @Test func `many regions take records, and pages of them come and go`() throws {
        var services = try Arena.services(from: 0x1000, pages: 512)
        for index: UInt64 in 0..<200 { #expect(add(&services, 0x2000 + index * 4, 2) == nil) }
        let before = try services.map()
        var addresses: [PhysicalAddress] = []
        while let address = try? services.allocatePages(.anywhere, .loaderCode, PageCount(1)) { addresses.append(address) }
        #expect(addresses.count > 700 && services.brokenInvariant() == nil)
        for address in addresses { try services.freePages(at: address, PageCount(1)) }
        #expect(try services.map() == before && services.brokenInvariant() == nil)
    }

    @Test func `the services begin with enough memory or not at all`() {
        func error(_ first: UInt64, _ pages: UInt64, _ window: MemoryWindow, _ granularity: UInt64 = 1) -> MemoryResourceError? {
            do throws(MemoryResourceError) {
                _ = try MemoryServices(
                    memory: Arena.range(first, pages), window: window, runtimeGranularity: PageCount(granularity))
                return nil
            } catch {
                return error
            }
        }
        let window = Arena.window(0x100, 16)
        #expect(error(0x100, 3, window) == .tooSmall(needed: PageCount(4)))
        #expect(error(0x100, 4, window) == nil)
        #expect(error(0x200, 100, window) == .tooSmall(needed: PageCount(4)))
        #expect(error(0x10E, 100, window) == .tooSmall(needed: PageCount(4)))
        #expect(error(0xF0, 100, window) == nil)
        #expect(error(0x100, 16, window, 3) == .granularity(PageCount(3)))
        #expect(error(0x100, 16, window, 0) == .granularity(PageCount(0)))
    }

    @Test func `memory for a specific purpose is given by its address only`() throws {
        var services = try Arena.services(from: 0x100, pages: 64)
        #expect(add(&services, 0x1000, 64, .system, [.writeBack, .specificPurpose]) == nil)
        while let page = try? services.allocatePages(.anywhere, .loaderData, PageCount(1)) { #expect(page < Arena.page(0x1000)) }
        while let buffer = try? services.allocatePool(.loaderData, byteCount: 64) { #expect(buffer < Arena.page(0x1000)) }
        let row = try services.map().last
        #expect(row?.type == .conventional && row?.attributes == [.writeBack, .specificPurpose])
        #expect(
            services.failure { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.upTo(PhysicalAddress(.max)), .loaderData, PageCount(1))
            } == .outOfResources)
        #expect(try services.allocatePages(.at(Arena.page(0x1010)), .loaderData, PageCount(4)) == Arena.page(0x1010))
        try services.freePages(at: Arena.page(0x1010), PageCount(4))
        #expect(try services.map().last == row && services.brokenInvariant() == nil)
    }
}

@Suite("Memory to be accepted")
struct UnacceptedMemoryTests {
    private func machine(_ pages: UInt64 = 4096) throws -> MemoryServices {
        var services = try Arena.services(from: 0x100, pages: 32)
        try services.add(Arena.range(0x10_0000, pages), as: .unaccepted)
        return services
    }

    @Test func `memory is accepted as it is needed`() throws {
        var services = try machine()
        var accepted: [PhysicalRange] = []
        services.acceptMemory = {
            accepted.append($0)
            return true
        }
        _ = try services.allocatePages(.anywhere, .loaderData, PageCount(8))
        #expect(accepted.isEmpty)
        let pages = try services.allocatePages(.anywhere, .loaderData, PageCount(600))
        #expect(accepted == [Arena.range(0x10_0C00, 1024)])
        #expect(pages == Arena.page(0x10_1000 - 600))
        #expect(services.brokenInvariant() == nil)
        #expect(try services.map().map(\.type).contains(.unaccepted))
        // What was accepted is free memory from now on.
        try services.freePages(at: pages, PageCount(600))
        _ = try services.allocatePool(.bootServicesData, byteCount: 100_000)
        #expect(accepted.count == 1)
        _ = try services.allocatePages(.upTo(Arena.page(0x10_0200)), .loaderData, PageCount(100))
        #expect(accepted.count == 2 && services.brokenInvariant() == nil)
    }

    @Test func `what the machine refuses stays, and so does the map`() throws {
        var services = try machine()
        let (map, key) = (try services.map(), services.mapKey)
        for hook in [nil, { @Sendable _ in false }] as [((PhysicalRange) -> Bool)?] {
            services.acceptMemory = hook
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    _ = try services.allocatePages(.anywhere, .loaderData, PageCount(600))
                } == .outOfResources)
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    _ = try services.allocatePages(.at(Arena.page(0x10_0000)), .loaderData, PageCount(1))
                } == .notFound)
        }
        #expect(try services.map() == map && services.mapKey == key)
    }

    @Test func `memory is accepted by its address`() throws {
        var services = try machine()
        services.acceptMemory = { _ in true }
        #expect(acceptance(&services, 0x10_0000, 5000) == .notUnaccepted(Arena.range(0x10_0000, 5000)))
        #expect(acceptance(&services, 0x100, 1) == .notUnaccepted(Arena.range(0x100, 1)))
        #expect(acceptance(&services, 0x10_0100, 16) == nil)
        #expect(acceptance(&services, 0x10_0100, 16) == .notUnaccepted(Arena.range(0x10_0100, 16)))
        #expect(try services.allocatePages(.at(Arena.page(0x10_0100)), .loaderData, PageCount(16)) == Arena.page(0x10_0100))
        services.acceptMemory = { _ in false }
        #expect(acceptance(&services, 0x10_0200, 16) == .refused(Arena.range(0x10_0200, 16)))
        #expect(services.brokenInvariant() == nil)
    }

    private func acceptance(_ services: inout MemoryServices, _ first: UInt64, _ pages: UInt64) -> MemoryResourceError? {
        do throws(MemoryResourceError) {
            try services.accept(Arena.range(first, pages))
            return nil
        } catch {
            return error
        }
    }
}

@Suite("Bins of memory types")
struct BinTests {
    private func entries(_ pages: (MemoryType, UInt64)...) throws -> MemoryTypeInformation {
        try MemoryTypeInformation(pages.map { MemoryTypeInformation.Entry(type: $0.0, pages: PageCount($0.1)) })
    }

    @Test(arguments: [UInt64(1), 16])
    func `a bin looks like its type, and its pages are the type's alone`(granularity: UInt64) throws {
        var services = try Arena.services(pages: 4096, granularity: granularity)
        let free = try services.largestFree().pages
        try services.placeBins(
            try entries((.runtimeServicesData, 40), (.acpiNVS, 32), (.acpiReclaim, 16), (.runtimeServicesCode, 0)))
        #expect(services.brokenInvariant() == nil)
        let map = try services.map()
        let sizes = map.filter { [.runtimeServicesData, .acpiNVS, .acpiReclaim].contains($0.type) }.map(\.pages.rawValue)
        #expect(sizes == [16, 32, granularity == 16 ? 48 : 40])
        let areAligned = services.runtimeRegionsAreAligned
        #expect(areAligned)
        let largest = try services.largestFree()
        #expect(largest.pages <= free - 88)

        // In the bin nothing changes for whoever reads the map.
        let key = services.mapKey
        let inside = try services.allocatePages(.anywhere, .runtimeServicesData, PageCount(16))
        let buffer = try services.allocatePool(.runtimeServicesData, byteCount: 1_000)
        #expect(services.mapKey == key)
        #expect(try services.map() == map)
        let bin = map.first { $0.type == .runtimeServicesData }?.range
        #expect(bin?.contains(inside) == true && bin?.contains(buffer) == true)

        // Others do not get in, whatever they ask for.
        if let bin, let page = bin.start.advanced(by: 0) {
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    _ = try services.allocatePages(.at(page), .loaderData, PageCount(1))
                } == .notFound)
            #expect(try services.allocatePages(.at(page), .runtimeServicesData, PageCount(1)) == page)
            try services.freePages(at: page, PageCount(1))
        }
        while let page = try? services.allocatePages(.anywhere, .loaderData, PageCount(1)) {
            #expect(bin?.contains(page) == false)
            if try services.largestFree().pages < 4 { break }
        }
        // The type itself overflows into what else there is.
        #expect(services.brokenInvariant() == nil)
        let last = try services.allocatePages(.anywhere, .runtimeServicesData, PageCount(16))
        #expect(bin?.contains(last) == true)
    }

    @Test func `a bin that is full overflows`() throws {
        var services = try Arena.services(pages: 1024)
        try services.placeBins(try entries((.acpiNVS, 8)))
        let bin = try services.map().first { $0.type == .acpiNVS }?.range
        let first = try services.allocatePages(.anywhere, .acpiNVS, PageCount(6))
        let second = try services.allocatePages(.anywhere, .acpiNVS, PageCount(6))
        let third = try services.allocatePages(.anywhere, .acpiNVS, PageCount(2))
        #expect(bin?.contains(first) == true && bin?.contains(second) == false && bin?.contains(third) == true)
        #expect(services.peaks.first { $0.type == .acpiNVS }?.pages == PageCount(14))
        try services.freePages(at: second, PageCount(6))
        #expect(services.peaks.first { $0.type == .acpiNVS }?.pages == PageCount(14))
        #expect(services.brokenInvariant() == nil)
    }

    /// What hibernation needs: other allocations of another boot do not move runtime regions.
    @Test func `regions lie where they lay in the last boot`() throws {
        func boot(_ others: Int) throws -> [MemoryDescriptor] {
            var services = try Arena.services(pages: 4096)
            try services.placeBins(try entries((.runtimeServicesCode, 64), (.runtimeServicesData, 64), (.acpiReclaim, 16)))
            for index in 0..<others {
                _ = try services.allocatePages(.anywhere, index % 2 == 0 ? .loaderData : .bootServicesCode, PageCount(3))
                _ = try services.allocatePool(.runtimeServicesData, byteCount: UInt64(index) * 7)
            }
            _ = try services.allocatePages(.anywhere, .runtimeServicesCode, PageCount(30))
            return try services.map().filter { [.runtimeServicesCode, .runtimeServicesData, .acpiReclaim].contains($0.type) }
        }
        #expect(try boot(1) == boot(60))
    }

    @Test func `bins need room, and are placed once`() throws {
        var services = try Arena.services(pages: 64)
        let (map, key) = (try services.map(), services.mapKey)
        func error(_ information: MemoryTypeInformation, _ services: inout MemoryServices) -> MemoryResourceError? {
            do throws(MemoryResourceError) {
                try services.placeBins(information)
                return nil
            } catch {
                return error
            }
        }
        #expect(try error(entries((.acpiNVS, 100)), &services) == .outOfResources)
        #expect(try services.map() == map && services.mapKey == key)
        #expect(try error(entries((.acpiNVS, 4)), &services) == nil)
        let first = services.bins[0].first
        #expect(try error(entries((.acpiNVS, 4)), &services) == .overlap(Arena.page(first)))
    }
}
