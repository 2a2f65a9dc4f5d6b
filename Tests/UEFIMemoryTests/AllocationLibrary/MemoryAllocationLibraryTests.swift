import MemoryMap
import Testing

@testable import UEFIMemory

@Suite("MemoryAllocationLib")
struct MemoryAllocationLibraryTests {
    private typealias Library = MemoryAllocationLibrary<ModelServices>

    @Test func `each call allocates its type and size`() throws {
        let services = ModelServices()
        let library = Library(services)
        let source = try #require(library.allocatePool(16))
        services.fill(source, Array(1...16))
        let types: [MemoryType] = [.bootServicesData, .runtimeServicesData, .reserved]

        for (call, type) in zip([library.allocatePages, library.allocateRuntimePages, library.allocateReservedPages], types) {
            let address = try #require(call(PageCount(3)))
            let allocation = try #require(services.allocations.last)
            #expect(allocation.type == type && allocation.pages.count == 3 && allocation.poolByteCount == nil)
            #expect(call(.zero) == nil)
            #expect(call(PageCount(2000)) == nil)
            try library.freePages(address, PageCount(3))
        }
        for (call, type) in zip([library.allocatePool, library.allocateRuntimePool, library.allocateReservedPool], types) {
            for byteCount in [0, 100] as [UInt64] {
                let address = try #require(call(byteCount))
                #expect(services.allocations.last?.type == type && services.allocations.last?.poolByteCount == byteCount)
                try library.freePool(address)
            }
            #expect(call(.max) == nil)
        }
        for (call, type) in zip(
            [library.allocateZeroPool, library.allocateRuntimeZeroPool, library.allocateReservedZeroPool], types)
        {
            let address = try #require(call(100))
            #expect(services.allocations.last?.type == type && services.allocations.last?.poolByteCount == 100)
            #expect(services.contents(address, 101) == [UInt8](repeating: 0, count: 100) + [0xA5])
            services.fill(address, [UInt8](repeating: 0xA5, count: 100))
            try library.freePool(address)
            #expect(call(.max) == nil)
        }
        for (call, type) in zip(
            [library.allocateCopyPool, library.allocateRuntimeCopyPool, library.allocateReservedCopyPool], types)
        {
            let address = try #require(call(16, source))
            #expect(services.allocations.last?.type == type && services.allocations.last?.poolByteCount == 16)
            #expect(services.contents(address, 16) == Array(1...16))
            try library.freePool(address)
            #expect(call(.max, source) == nil)
        }
        try library.freePool(source)
        #expect(services.allocations.isEmpty)
    }

    @Test func `reallocation keeps what both buffers hold`() throws {
        let services = ModelServices()
        let library = Library(services)
        for (call, type) in zip(
            [library.reallocatePool, library.reallocateRuntimePool, library.reallocateReservedPool],
            [.bootServicesData, .runtimeServicesData, .reserved] as [MemoryType])
        {
            var address = try #require(call(0, 4, nil))
            #expect(services.contents(address, 4) == [0, 0, 0, 0])
            services.fill(address, [1, 2, 3, 4])
            address = try #require(call(4, 8, address))
            #expect(services.contents(address, 8) == [1, 2, 3, 4, 0, 0, 0, 0])
            address = try #require(call(8, 2, address))
            #expect(services.contents(address, 2) == [1, 2])
            #expect(services.allocations.count == 1 && services.allocations[0].type == type)
            // On failure the old buffer stays.
            #expect(call(2, .max, address) == nil)
            #expect(services.contents(address, 2) == [1, 2])
            try library.freePool(address)
            #expect(services.allocations.isEmpty)
            // What is no buffer is not freed, and no new one is left behind.
            #expect(call(8, 16, PhysicalAddress(ModelServices.base + 0x9000)) == nil)
            #expect(services.allocations.isEmpty)
        }
    }

    @Test(arguments: [1, 16])
    func `aligned pages are aligned, and exactly they stay`(granularity: Int) throws {
        let services = ModelServices(runtimeGranularity: granularity)
        let library = Library(services)
        var odd: [PhysicalAddress] = []
        for alignment in [0, 1, 4096, 8192, 65536, 1 << 20] as [UInt64] {
            for count in [1, 3, 15, 16, 17] as [UInt64] {
                // One page more each time, so that free memory never ends at an aligned address.
                odd.append(try #require(library.allocatePages(PageCount(1))))
                let others = services.allocations
                for (call, unit) in [
                    (library.allocateAlignedPages, 1), (library.allocateAlignedRuntimePages, granularity),
                    (library.allocateAlignedReservedPages, granularity),
                ] {
                    let address = try #require(call(PageCount(count), alignment))
                    #expect(address.rawValue % max(alignment, 4096) == 0)
                    #expect(services.allocations.count == others.count + 1)
                    #expect(services.allocations.last?.pages.count == (Int(count) + unit - 1) / unit * unit)
                    try library.freeAlignedPages(address, PageCount(count))
                    #expect(services.allocations == others)
                }
            }
        }
        for address in odd { try library.freePages(address, PageCount(1)) }
        #expect(services.allocations.isEmpty)
    }

    @Test func `aligned pages that cannot be had change nothing`() throws {
        let services = ModelServices()
        let library = Library(services)
        for alignment in [3, 4097, 12288, .max] as [UInt64] {
            #expect(library.allocateAlignedPages(PageCount(1), alignment: alignment) == nil)
        }
        #expect(library.allocateAlignedPages(.zero, alignment: 65536) == nil)
        #expect(library.allocateAlignedPages(PageCount(.max), alignment: 65536) == nil)
        #expect(library.allocateAlignedPages(PageCount(1), alignment: 1 << 63) == nil)
        #expect(services.calls < 3 && services.allocations.isEmpty)
        // Someone takes the place that was found: another one is looked for, a few times.
        var intrusions = 0
        services.intruder = { [unowned services] in
            services.intruder = intrusions < 2 ? services.intruder : nil
            intrusions += 1
            if intrusions <= 2 { _ = try? services.allocatePages(.anywhere, .loaderData, PageCount(64)) }
        }
        let address = try #require(library.allocateAlignedPages(PageCount(16), alignment: 65536))
        #expect(address.rawValue % 65536 == 0 && intrusions == 3)
        services.intruder = { [unowned services] in
            intrusions += 1
            let intruder = services.intruder
            services.intruder = nil
            for page in 0..<UInt64(services.pageCount) {
                _ = try? services.allocatePages(.at(PhysicalAddress(ModelServices.base + page * 4096)), .loaderData, PageCount(1))
            }
            services.intruder = intruder
        }
        #expect(library.allocateAlignedPages(PageCount(16), alignment: 65536) == nil)
        #expect(services.allocations.filter { $0.type == .bootServicesData }.count == 1)
    }

    @Test func `every call that fails on the way leaves nothing behind`() throws {
        for failing in 1...4 {
            let services = ModelServices()
            let library = Library(services)
            services.failingCall = failing + 1
            let old = try #require(library.allocatePool(8))
            if library.reallocatePool(8, 64, old) == nil {
                #expect(services.allocations.map(\.poolByteCount) == [8])
            } else {
                #expect(failing > 2)
            }
        }
    }

    @Test func `the macros are right for every number`() {
        #expect(SizeArithmetic.sizeToPages(0) == .zero)
        #expect(SizeArithmetic.sizeToPages(1) == PageCount(1))
        #expect(SizeArithmetic.sizeToPages(4096) == PageCount(1))
        #expect(SizeArithmetic.sizeToPages(4097) == PageCount(2))
        #expect(SizeArithmetic.sizeToPages(.max) == PageCount(1 << 52))
        #expect(SizeArithmetic.pagesToSize(PageCount(3)) == 12288)
        #expect(SizeArithmetic.pagesToSize(PageCount(1 << 52 - 1)) == UInt64.max - 4095)
        #expect(SizeArithmetic.pagesToSize(PageCount(1 << 52)) == nil)
        for (value, alignment, aligned) in [
            (0, 16, 0), (1, 16, 16), (16, 16, 16), (17, 1, 17), (.max - 15, 16, .max - 15), (.max - 14, 16, nil), (.max, 1, .max),
            (5, 0, nil), (5, 3, nil), (1, 1 << 63, 1 << 63), ((1 << 63) + 1, 1 << 63, nil),
        ] as [(UInt64, UInt64, UInt64?)] {
            #expect(SizeArithmetic.alignValue(value, to: alignment) == aligned)
            #expect(SizeArithmetic.alignPointer(PhysicalAddress(value), to: alignment) == aligned.map { PhysicalAddress($0) })
            #expect(SizeArithmetic.isAligned(value, to: alignment) == (aligned == value))
        }
        #expect(SizeArithmetic.alignValueAddend(.max, to: 4096) == 1)
        #expect(SizeArithmetic.alignValueAddend(4097, to: 4096) == 4095)
        #expect((0..<64).allSatisfy { SizeArithmetic.isPowerOfTwo(1 << $0) })
        #expect(![0, 3, 6, .max].contains(where: SizeArithmetic.isPowerOfTwo))
    }
}
