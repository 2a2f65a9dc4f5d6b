import MemoryMap
import Testing

@testable import UEFIMemory

/// What existing firmware answers wrongly, or differently from one to another: each has one answer here, and changes nothing
/// where it is an error.
@Suite("Answers that firmware gets wrong")
struct WrongAnswerTests {
    /// Checks that a call is refused, and that nothing a caller can see has changed.
    private func refused(
        _ error: MemoryServiceError, _ services: inout MemoryServices, sourceLocation: SourceLocation = #_sourceLocation,
        _ call: (inout MemoryServices) throws(MemoryServiceError) -> Void
    ) throws {
        let (map, key, usage) = (try services.map(), services.mapKey, services.usage)
        #expect(services.failure(of: call) == error, sourceLocation: sourceLocation)
        #expect(try services.map() == map && services.mapKey == key && services.usage == usage, sourceLocation: sourceLocation)
        #expect(services.brokenInvariant() == nil, sourceLocation: sourceLocation)
    }

    @Test func `page counts that overflow`() throws {
        var services = try Arena.services(pages: 256)
        let buffer = try services.allocatePages(.anywhere, .bootServicesData, PageCount(4))
        for count: UInt64 in [1 << 52, 1 << 52 + 1, 1 << 52 + 4, .max, 1 << 63] {
            try refused(.outOfResources, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.anywhere, .bootServicesData, PageCount(count))
            }
            try refused(.outOfResources, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.upTo(PhysicalAddress(.max)), .bootServicesData, PageCount(count))
            }
            try refused(.notFound, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.at(Arena.page(0x110)), .bootServicesData, PageCount(count))
            }
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                try services.freePages(at: buffer, PageCount(count))
            }
        }
    }

    @Test(arguments: [~0, ~63, ~4095, 1 << 63, 1 << 52] as [UInt64])
    func `pool sizes that overflow`(byteCount: UInt64) throws {
        var services = try Arena.services(pages: 256)
        try refused(.outOfResources, &services) { services throws(MemoryServiceError) in
            _ = try services.allocatePool(.bootServicesData, byteCount: byteCount)
        }
    }

    @Test(arguments: [UInt64(0), 1, 16, 64, 3_000, 3_073, 8_000, 100_000])
    func `a buffer that is freed twice, or from inside`(byteCount: UInt64) throws {
        var services = try Arena.services(pages: 256)
        let other = try services.allocatePool(.bootServicesData, byteCount: byteCount)
        let buffer = try services.allocatePool(.bootServicesData, byteCount: byteCount)
        for offset: UInt64 in [1, 8, 15, 16, 32, 4096] where offset < max(byteCount, 32) {
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                try services.freePool(at: PhysicalAddress(buffer.rawValue + offset))
            }
        }
        try services.freePool(at: buffer)
        try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in try services.freePool(at: buffer) }
        try services.freePool(at: other)
        try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in try services.freePool(at: other) }
    }

    @Test func `pool that is none`() throws {
        var services = try Arena.services(pages: 256)
        let pages = try services.allocatePages(.anywhere, .bootServicesData, PageCount(1))
        for address: UInt64 in [0, 16, 0x80_000, 0x100_000, pages.rawValue, 0x1FF_000, 0x200_000, .max, .max - 15] {
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                try services.freePool(at: PhysicalAddress(address))
            }
        }
    }

    @Test func `pages that hold pool`() throws {
        var services = try Arena.services(pages: 256)
        for byteCount: UInt64 in [64, 2_000, 20_000] {
            let buffer = try services.allocatePool(.bootServicesData, byteCount: byteCount)
            let page = buffer.alignedDown(to: 4096)
            try refused(.notFound, &services) { services throws(MemoryServiceError) in
                try services.freePages(at: page, PageCount(1))
            }
            try refused(.notFound, &services) { services throws(MemoryServiceError) in
                try services.freePages(at: page, PageCount(5))
            }
        }
    }

    @Test func `two allocations with one call`() throws {
        var services = try Arena.services(pages: 256)
        let upper = try services.allocatePages(.anywhere, .bootServicesData, PageCount(4))
        let lower = try services.allocatePages(.anywhere, .bootServicesData, PageCount(4))
        let other = try services.allocatePages(.anywhere, .loaderData, PageCount(4))
        #expect(lower.rawValue + 4 << 12 == upper.rawValue && other.rawValue + 4 << 12 == lower.rawValue)
        for start in [lower, other] {
            try refused(.notFound, &services) { services throws(MemoryServiceError) in
                try services.freePages(at: start, PageCount(8))
            }
            try refused(.notFound, &services) { services throws(MemoryServiceError) in
                try services.freePages(at: start, PageCount(5))
            }
        }
        // More than was allocated, with free memory behind.
        try services.freePages(at: upper, PageCount(4))
        try refused(.notFound, &services) { services throws(MemoryServiceError) in try services.freePages(at: lower, PageCount(8))
        }
        try services.freePages(at: lower, PageCount(4))
        try refused(.notFound, &services) { services throws(MemoryServiceError) in try services.freePages(at: lower, PageCount(4))
        }
    }

    @Test func `a part of an allocation, then all of it`() throws {
        var services = try Arena.services(pages: 256)
        let before = try services.map()
        let pages = try services.allocatePages(.anywhere, .bootServicesData, PageCount(8))
        let middle = PhysicalAddress(pages.rawValue + 3 << 12)
        try services.freePages(at: middle, PageCount(2))
        try refused(.notFound, &services) { services throws(MemoryServiceError) in try services.freePages(at: pages, PageCount(8))
        }
        try refused(.notFound, &services) { services throws(MemoryServiceError) in try services.freePages(at: pages, PageCount(4))
        }
        try services.freePages(at: pages, PageCount(3))
        try services.freePages(at: PhysicalAddress(pages.rawValue + 5 << 12), PageCount(3))
        #expect(try services.map() == before)
    }

    @Test func `no pages`() throws {
        var services = try Arena.services(pages: 256)
        let pages = try services.allocatePages(.anywhere, .bootServicesData, PageCount(1))
        for placement in [PagePlacement.anywhere, .upTo(PhysicalAddress(.max)), .at(Arena.page(0x110))] {
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(placement, .bootServicesData, .zero)
            }
        }
        try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
            try services.freePages(at: pages, .zero)
        }
    }

    @Test func `addresses inside a page`() throws {
        var services = try Arena.services(pages: 256)
        let pages = try services.allocatePages(.anywhere, .bootServicesData, PageCount(2))
        for offset: UInt64 in [1, 8, 2048, 4095] {
            try refused(.notFound, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.at(PhysicalAddress(0x110_000 + offset)), .bootServicesData, PageCount(1))
            }
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                try services.freePages(at: PhysicalAddress(pages.rawValue + offset), PageCount(1))
            }
        }
    }

    @Test func `types that cannot be allocated`() throws {
        var services = try Arena.services(pages: 256)
        for type: UInt32 in [7, 14, 15, 16, 17, 0x6FFF_FFFE, 0x6FFF_FFFF] {
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.anywhere, MemoryType(type), PageCount(1))
            }
            try refused(.invalidParameter, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePool(MemoryType(type), byteCount: 16)
            }
        }
        for type: UInt32 in [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 0x7000_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] {
            let pages = try services.allocatePages(.anywhere, MemoryType(type), PageCount(1))
            let row = try services.map().first { $0.type == MemoryType(type) }
            #expect(row?.attributes.contains(.runtime) == [5, 6, 13].contains(type))
            let buffer = try services.allocatePool(MemoryType(type), byteCount: 16)
            try services.freePool(at: buffer)
            try services.freePages(at: pages, PageCount(1))
        }
    }

    @Test func `no bytes are a buffer`() throws {
        var services = try Arena.services(pages: 256)
        let buffers = try (0..<300).map { _ in try services.allocatePool(.loaderData, byteCount: 0) }
        #expect(Set(buffers.map(\.rawValue)).count == 300 && !buffers.contains(PhysicalAddress(0)))
        for buffer in buffers { try services.freePool(at: buffer) }
    }

    @Test func `a limit that cannot be met`() throws {
        var services = try Arena.services(pages: 256)
        for limit: UInt64 in [0, 4094, 4095, 4096, 0xFFFFF, 0x100_000, 0x100_FFE] {
            try refused(.outOfResources, &services) { services throws(MemoryServiceError) in
                _ = try services.allocatePages(.upTo(PhysicalAddress(limit)), .bootServicesData, PageCount(1))
            }
        }
        // A limit inside a page is the last byte of the page before.
        #expect(try services.allocatePages(.upTo(PhysicalAddress(0x103_FFE)), .loaderData, PageCount(1)) == Arena.page(0x102))
        #expect(try services.allocatePages(.upTo(PhysicalAddress(0x103_FFF)), .loaderData, PageCount(1)) == Arena.page(0x103))
    }

    @Test func `the size of the map is exact`() throws {
        var services = try Arena.services(pages: 256)
        for _ in 0..<20 { _ = try services.allocatePages(.anywhere, .loaderData, PageCount(1)) }
        for page in stride(from: UInt64(0x110), to: 0x150, by: 2) {
            _ = try services.allocatePages(.at(Arena.page(page)), .acpiNVS, PageCount(1))
        }
        let needed = services.descriptorCount * MemoryServices.descriptorSize
        #expect(needed > 40 * 48)
        var bytes = [UInt8](repeating: 0xA5, count: needed)
        for size in [0, 1, 47, 48, needed - 1] {
            let answer = unsafe bytes.withUnsafeMutableBytes { buffer -> MemoryMapReadingError? in
                var part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]).mutableBytes
                do throws(MemoryMapReadingError) { _ = try services.memoryMap(into: &part) } catch { return error }
                return nil
            }
            #expect(answer == .bufferTooSmall(needed: needed))
        }
        #expect(bytes.allSatisfy { $0 == 0xA5 })
        #expect(try services.map().count * 48 == needed)
    }

    @Test func `page 0 is never given`() throws {
        var services = try MemoryServices(memory: Arena.range(0, 64), window: Arena.window(0, 64))
        try refused(.notFound, &services) { services throws(MemoryServiceError) in
            _ = try services.allocatePages(.at(PhysicalAddress(0)), .loaderData, PageCount(1))
        }
        try refused(.notFound, &services) { services throws(MemoryServiceError) in
            try services.freePages(at: PhysicalAddress(0), PageCount(1))
        }
        while let page = try? services.allocatePages(.anywhere, .loaderData, PageCount(1)) { #expect(page.rawValue >= 4096) }
        #expect(try services.map().first?.type == .bootServicesData)
    }

    @Test func `after the end nothing is allocated or freed`() throws {
        var services = try Arena.services(pages: 256)
        let pages = try services.allocatePages(.anywhere, .loaderData, PageCount(1))
        let buffer = try services.allocatePool(.loaderData, byteCount: 100)
        let key = services.mapKey
        services.lockAllocations()
        for isLocked in [true, false] {
            if !isLocked { services.endBootServices() }
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    _ = try services.allocatePages(.anywhere, .loaderData, PageCount(1))
                } == .unsupported)
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    try services.freePages(at: pages, PageCount(1))
                } == .unsupported)
            #expect(
                services.failure { services throws(MemoryServiceError) in
                    _ = try services.allocatePool(.loaderData, byteCount: 1)
                } == .unsupported)
            #expect(services.failure { services throws(MemoryServiceError) in try services.freePool(at: buffer) } == .unsupported)
            let map = try? services.map()
            #expect((map != nil) == isLocked)
            #expect(services.mapKey == key && services.brokenInvariant() == nil)
        }
    }
}
