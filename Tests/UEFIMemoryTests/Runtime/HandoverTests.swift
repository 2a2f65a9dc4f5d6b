import MemoryMap
import Testing

@testable import UEFIMemory

/// The parts together: a firmware that divides its runtime driver, ends boot services, and moves the driver.
@Suite("From boot services to virtual addresses")
struct HandoverTests {
    /// A firmware whose allocation services are the model's, with one runtime driver.
    private final class Firmware: ExitableMemory {
        let services = ModelServices(runtimeGranularity: 16)
        private(set) var isLocked = false
        private(set) var hasEnded = false
        private var key: UInt64 = 0
        private var allocations: [ModelServices.Allocation] = []

        /// Changes exactly when the allocations have.
        var mapKey: UInt64 {
            if allocations != services.allocations {
                allocations = services.allocations
                key += 1
            }
            return key
        }

        var runtimeRegionsAreAligned: Bool {
            services.allocations.allSatisfy {
                !$0.type.isRuntimeServices || $0.pages.lowerBound % 16 == 0 && $0.pages.count % 16 == 0
            }
        }

        func lockAllocations() { isLocked = true }
        func unlockAllocations() { isLocked = false }
        func endBootServices() { hasEnded = true }

        /// The map as GetMemoryMap writes it: allocations, and free memory between them.
        var regions: [MemoryRegion] {
            var regions: [MemoryRegion] = []
            var next = 0
            func add(_ pages: Range<Int>, _ type: MemoryType) {
                guard !pages.isEmpty,
                    let range = PhysicalRange(
                        start: PhysicalAddress(ModelServices.base + UInt64(pages.lowerBound) * 4096),
                        pages: PageCount(UInt64(pages.count)))
                else { return }
                regions.append(
                    MemoryRegion(
                        range: range, type: type, attributes: type.isRuntimeServices ? [.writeBack, .runtime] : .writeBack))
            }
            for allocation in services.allocations.sorted(by: { $0.pages.lowerBound < $1.pages.lowerBound }) {
                add(next..<allocation.pages.lowerBound, .conventional)
                add(allocation.pages, allocation.type)
                next = allocation.pages.upperBound
            }
            add(next..<services.pageCount, .conventional)
            return regions
        }

        func table(descriptorSize: Int, _ transform: (inout MemoryDescriptor) -> Bool = { _ in true }) -> [UInt8] {
            var rows: [MemoryDescriptor] = []
            for region in regions {
                var row = MemoryDescriptor(
                    type: region.type, start: region.range.start, pages: region.pages, attributes: region.attributes)
                if transform(&row) { rows.append(row) }
            }
            var bytes = [UInt8](repeating: 0, count: rows.count * descriptorSize)
            unsafe bytes.withUnsafeMutableBytes { buffer in
                var raw = unsafe buffer.mutableBytes
                for index in rows.indices { _ = rows[index].encode(into: &raw, at: index * descriptorSize) }
            }
            return bytes
        }
    }

    @Test func `a driver is divided, survives the exit and is found at its new address`() throws {
        var firmware = Firmware()
        let library = MemoryAllocationLibrary(firmware.services)
        // The driver: an image of runtime code, its data, and a list whose second element the first one points to.
        let code = try firmware.services.allocatePages(.anywhere, .runtimeServicesCode, PageCount(16))
        let data = try #require(library.allocateAlignedRuntimePages(PageCount(1), alignment: 1 << 17))
        let image = try #require(PhysicalRange(start: code, byteCount: 0xA000))
        let text = try #require(PhysicalRange(start: PhysicalAddress(code.rawValue + 0x1000), byteCount: 0x4000))
        let division = try RuntimeDivision(
            regions: firmware.regions, images: [RuntimeImage(range: image, code: [.init(range: text)])], granularity: 4096)
        #expect(division.entries.reduce(0) { $0 + $1.pages.rawValue } == 32)
        #expect(
            division.entries.contains {
                $0.start == text.start && $0.pages == PageCount(4) && $0.attributes == [.runtime, .readOnly]
            })

        // The loader leaves boot services; a function of the firmware allocates first, so that its key is stale once.
        var events = EventNotifications(capacity: 8)
        _ = try events.register(.beforeExitBootServices, at: .callback, context: 1)
        _ = try events.register(.exitBootServices, at: .notify, context: 2)
        _ = try events.register(.virtualAddressChange, at: .notify, context: 3)
        var end = BootServicesEnd()
        var results: [ExitBootServicesError?] = []
        var finalMap: [UInt8] = []
        while results.last != .some(nil) {
            finalMap = firmware.table(descriptorSize: 48)
            try end.exitBootServices(key: firmware.mapKey)
            stepping: while true {
                switch end.nextStep(&events, &firmware) {
                case .notify(let notification):
                    if notification.context == 1 {
                        _ = try firmware.services.allocatePages(.anywhere, .acpiReclaim, PageCount(1))
                    } else {
                        #expect(firmware.isLocked && !firmware.hasEnded)
                    }
                case .stopTimer, .endBootServices: break
                case .finished(let error):
                    results.append(error)
                    break stepping
                }
            }
        }
        #expect(results == [.invalidParameter, nil])
        #expect(firmware.hasEnded && finalMap == firmware.table(descriptorSize: 48))

        var addressing = RuntimeAddressing()
        let isBegun = addressing.beginRuntime(
            with: try MemoryMapView(validating: finalMap.span, descriptorSize: 48, descriptorVersion: 1))
        #expect(isBegun)
        // The kernel maps code and data apart.
        let kernel: [MemoryType: UInt64] = [
            .runtimeServicesCode: 0xFFFF_FF00_0000_0000, .runtimeServicesData: 0xFFFF_FE00_0000_0000,
        ]
        let virtualMap = firmware.table(descriptorSize: 56) { row in
            row.virtualStart = VirtualAddress(kernel[row.type].map { $0 + row.start.rawValue } ?? 0)
            return row.attributes.contains(.runtime)
        }
        try addressing.setVirtualAddressMap(unsafe virtualMap.span.bytes, descriptorSize: 56, descriptorVersion: 1)
        var list = [data.rawValue + 64, 0]
        var moved: VirtualRange?
        while let step = addressing.nextStep(&events) {
            switch step {
            case .notify(let notification):
                #expect(notification.context == 3)
                for index in list.indices {
                    list[index] = try addressing.convertPointer(list[index], disposition: RuntimeAddressing.optionalPointer)
                }
            case .relocateImages: moved = try addressing.convert(image)
            case .convertRuntimeServices, .convertSystemTable: #expect(moved != nil)
            }
        }
        #expect(list == [data.rawValue + 64 + 0xFFFF_FE00_0000_0000, 0])
        #expect(moved?.start.rawValue == code.rawValue + 0xFFFF_FF00_0000_0000 && moved?.byteCount == image.byteCount)
        #expect(addressing.mode == .virtual)
    }
}
