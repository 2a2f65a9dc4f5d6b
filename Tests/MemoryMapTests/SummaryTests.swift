import MemoryMap
import Testing
import SeededRandom

@Suite struct SummaryTests {
    @Test(arguments: UInt64(0)..<200, HandoffPolicy.allCases)
    func `Figures are those counted page by page`(seed: UInt64, policy: HandoffPolicy) throws {
        var random = SeededGenerator(seed: seed)
        let model = PageModel(using: &random)
        let map = try RawTable(model.rows).map()
        let summary = MemoryMapSummary(map, policy: policy)
        func fate(_ page: PageModel.Page) -> MemoryFate { policy.fate(of: page.type, attributes: page.attributes) }
        #expect(summary.descriptorCount == model.rows.count)
        #expect(summary.regionCount == model.regions.count)
        #expect(summary.ram == model.count { $0.type.isRAM })
        #expect(summary.usableNow == model.count { $0.type == .conventional && !$0.attributes.contains(.specificPurpose) })
        #expect(summary.usableAfterExit == model.count { fate($0) == .usable })
        #expect(summary.keptByFirmware == model.count { [5, 6, 10].contains($0.type.rawValue) })
        #expect(summary.runtimeServices == model.count { $0.type == .runtimeServicesCode || $0.type == .runtimeServicesData })
        #expect(summary.persistent == model.count { $0.type == .persistent })
        #expect(summary.unaccepted == model.count { $0.type == .unaccepted })
        #expect(summary.softReserved == model.count { fate($0) == .softReserved })
        #expect(summary.acpiReclaimable == model.count { fate($0) == .acpiReclaimable })
        #expect(summary.memoryMappedIORegions == model.regions.count { $0.type.isMemoryMappedIO })
        let now = model.longestRun { $0.type == .conventional && !$0.attributes.contains(.specificPurpose) }
        #expect(summary.largestUsableNow?.pages ?? .zero == PageCount(UInt64(now.count)))
        let after = model.longestRun { fate($0) == .usable }
        #expect(summary.largestUsableAfterExit?.pages ?? .zero == PageCount(UInt64(after.count)))
        if after.count > 0 { #expect(summary.largestUsableAfterExit?.start == model.address(after.start)) }
        checkTypes(summary, model)
        let all = MemoryFate.allCases.map { summary.pages($0).rawValue }.reduce(0, +)
        #expect(PageCount(all) == model.count { _ in true })
        #expect(summary.usableAfterExit <= summary.ram)
    }

    private func checkTypes(_ summary: MemoryMapSummary, _ model: PageModel) {
        let types = Set(model.rows.map(\.type)).sorted()
        #expect(summary.byType.map(\.type) == types)
        for total in summary.byType {
            #expect(total.descriptors == model.rows.count { $0.type == total.type })
            #expect(total.regions == model.regions.count { $0.type == total.type })
            #expect(total.pages == model.count { $0.type == total.type })
            #expect(summary.pages(of: total.type) == total.pages)
        }
        #expect(summary.pages(of: MemoryType(0x1234_5678)) == .zero)
    }

    @Test func `A run of usable memory crosses borders of type and attributes, and ends at holes`() throws {
        let map = try PhysicalMemoryMap(regions: [
            MemoryRegion(.conventional, 0, pages: 10),
            MemoryRegion(.bootServicesData, 10 << 12, pages: 5),
            MemoryRegion(.loaderCode, 15 << 12, pages: 5, [.writeBack, .moreReliable]),
            MemoryRegion(.conventional, 21 << 12, pages: 12),
            MemoryRegion(.conventional, 33 << 12, pages: 7, .uncacheable),
        ])
        let summary = MemoryMapSummary(map, policy: .linuxX86)
        #expect(summary.largestUsableAfterExit == range(0, 20 << 12 - 1))
        #expect(summary.largestUsableNow == range(21 << 12, 40 << 12 - 1))
    }
}
