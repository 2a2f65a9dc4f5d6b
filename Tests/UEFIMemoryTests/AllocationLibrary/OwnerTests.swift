import MemoryMap
import Testing

@testable import UEFIMemory

@Suite("Owners of memory")
struct OwnerTests {
    private struct Missing: Error {}

    private func required<Value: ~Copyable>(_ value: consuming Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    private func fails<Value>(_ body: () throws(ModelServices.Failure) -> Value) -> ModelServices.Failure? {
        do throws(ModelServices.Failure) {
            _ = try body()
            return nil
        } catch { return error }
    }

    @Test func `pages are freed at the end of their scope`() throws {
        let services = ModelServices(runtimeGranularity: 16)
        do {
            let pages = try required(try OwnedPages(PageCount(3), .runtimeServicesData, from: services))
            let (range, type) = (pages.range, pages.type)
            #expect(range.pages == PageCount(3) && type == .runtimeServicesData)
            #expect(services.allocations.count == 1)
            pages.zero()
            #expect(services.contents(range.start, 3 * 4096).allSatisfy { $0 == 0 })
            #expect(services.bytes[Int(range.last.rawValue - ModelServices.base) + 1] == 0xA5)
        }
        #expect(services.allocations.isEmpty)
    }

    @Test func `pages are copied to within their bounds`() throws {
        let services = ModelServices()
        let source = try OwnedPool(byteCount: 64, from: services)
        services.fill(source.address, Array(0..<64))
        let pages = try required(try OwnedPages(PageCount(2), at: .at(PhysicalAddress(ModelServices.base)), from: services))
        let (from, start) = (source.address, pages.range.start)
        #expect(start.rawValue == ModelServices.base)
        for (byteCount, offset, fits) in [
            (64, 0, true), (64, 8192 - 64, true), (64, 8192 - 63, false), (64, 8192, false), (64, .max, false), (8193, 0, false),
            (0, 0, true), (0, 8192, true), (0, 8193, false),
        ] as [(UInt64, UInt64, Bool)] {
            let isCopied = pages.copy(from: from, byteCount: byteCount, at: offset)
            #expect(isCopied == fits)
            if fits {
                #expect(services.contents(PhysicalAddress(start.rawValue + offset), byteCount) == Array(0..<UInt8(byteCount)))
            }
        }
    }

    @Test func `pages are freed, taken and leaked by hand`() throws {
        let services = ModelServices()
        try required(try OwnedPages(PageCount(2), from: services)).free()
        #expect(services.allocations.isEmpty)
        let range = try required(try OwnedPages(PageCount(2), from: services)).take()
        #expect(services.allocations.count == 1)
        try services.freePages(at: range.start, PageCount(2))
        try required(try OwnedPages(PageCount(2), from: services)).leak()
        #expect(services.allocations.count == 1 && services.allocations[0].type == .loaderData)
        #expect(
            fails { () throws(ModelServices.Failure) in _ = try OwnedPages(PageCount(2000), from: services) } == .outOfResources)
        #expect(fails { () throws(ModelServices.Failure) in _ = try OwnedPages(.zero, from: services) } == .invalidParameter)
        // A refusal is told by `free`, and passed over at the end of a scope.
        let pages = try required(try OwnedPages(PageCount(1), from: services))
        services.failingCall = services.calls + 1
        do throws(ModelServices.Failure) {
            try pages.free()
            Issue.record("the injected failure was passed over")
        } catch { #expect(error == .injected) }
        services.failingCall = services.calls + 2
        do { _ = try OwnedPages(PageCount(1), from: services) }
        #expect(services.allocations.count == 3)
    }

    @Test func `pool buffers are owned like pages`() throws {
        let services = ModelServices()
        do {
            let first = try OwnedPool(byteCount: 5, .acpiReclaim, from: services)
            first.zero()
            let (address, byteCount) = (first.address, first.byteCount)
            #expect(byteCount == 5 && services.contents(address, 6) == [0, 0, 0, 0, 0, 0xA5])
            services.fill(address, [1, 2, 3, 4, 5])
            let second = try OwnedPool(copying: address, byteCount: 5, from: services)
            #expect(services.contents(second.address, 5) == [1, 2, 3, 4, 5])
            #expect(services.allocations.map(\.type) == [.acpiReclaim, .loaderData])
        }
        #expect(services.allocations.isEmpty)
        let empty = try OwnedPool(byteCount: 0, from: services).take()
        #expect(services.allocations.count == 1)
        try services.freePool(at: empty)
        try OwnedPool(byteCount: 1, from: services).free()
        #expect(services.allocations.isEmpty)
        try OwnedPool(byteCount: 1, from: services).leak()
        #expect(services.allocations.count == 1)
        #expect(
            fails { () throws(ModelServices.Failure) in _ = try OwnedPool(byteCount: .max, from: services) } == .outOfResources)
    }

    /// Services whose memory is this process's own, as a loader's is.
    private final class ProcessServices: AllocationServices {
        typealias Failure = ModelServices.Failure
        var live: [UInt64: MemoryType] = [:]
        var byteCounts: [UInt64] = []
        let misalignment: Int

        init(misalignment: Int) { self.misalignment = misalignment }

        func allocatePages(_ placement: PagePlacement, _ type: MemoryType, _ count: PageCount) throws(Failure) -> PhysicalAddress
        {
            throw .outOfResources
        }
        func freePages(at address: PhysicalAddress, _ count: PageCount) throws(Failure) { throw .notFound }

        func allocatePool(_ type: MemoryType, byteCount: UInt64) throws(Failure) -> PhysicalAddress {
            guard byteCount < 1 << 30 else { throw .outOfResources }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(byteCount) + 16, alignment: 16)
            let address = UInt64(UInt(bitPattern: memory)) + UInt64(misalignment)
            live[address] = type
            byteCounts.append(byteCount)
            return PhysicalAddress(address)
        }

        func freePool(at address: PhysicalAddress) throws(Failure) {
            guard live.removeValue(forKey: address.rawValue) != nil else { throw .invalidParameter }
            unsafe UnsafeMutableRawPointer(bitPattern: UInt(address.rawValue) - UInt(misalignment))?.deallocate()
        }

        func zero(_ address: PhysicalAddress, byteCount: UInt64) {}
        func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {}
    }

    @Test(arguments: [0, 8])
    func `a loader's heap is one buffer of loader data`(misalignment: Int) throws {
        let services = ProcessServices(misalignment: misalignment)
        do {
            var heap = try required(unsafe try LoaderHeap(identityMapped: services))
            #expect(Array(services.live.values) == [.loaderData] && services.byteCounts == [1 << 20])
            let free = heap.freeByteCount
            #expect(free == UInt(1 << 20 - 2 * misalignment))
            var blocks: [UInt] = []
            while let block = heap.allocate(byteCount: 1000, alignment: 64) {
                #expect(block % 64 == 0)
                blocks.append(block)
            }
            #expect(blocks.count > 1000 && services.byteCounts.count == 1)
            for block in blocks { heap.free(block) }
            let freeAfter = heap.freeByteCount
            #expect(freeAfter == free)
        }
        #expect(services.live.isEmpty)
        // Too small for the heap to be of use is no fault.
        var tiny = try required(unsafe try LoaderHeap(identityMapped: services, byteCount: 3))
        let none = tiny.allocate(byteCount: 1)
        #expect(none == nil)
        tiny.leak()
        #expect(services.live.count == 1)
        for address in services.live.keys { try services.freePool(at: PhysicalAddress(address)) }
        do throws(ModelServices.Failure) {
            _ = unsafe try LoaderHeap(identityMapped: services, byteCount: 1 << 40)
            Issue.record("1 TiB was had")
        } catch { #expect(error == .outOfResources) }
    }
}
