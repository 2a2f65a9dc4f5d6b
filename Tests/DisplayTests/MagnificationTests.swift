import MemoryMap
import Testing

@testable import Display

struct MagnificationTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func chainsAreNestedAndGainSomething(seed: UInt64) throws {
        let map = seed < 3 ? try SampleMaps.q35(mebibytes: 512 << (seed * 2)) : try SampleMaps.random(Int(seed) * 5, seed: seed)
        let shown = BarGeometry(map, width: 1000, breakWidth: 10).pages
        let chain = Magnification.chain(in: map, showing: shown, limit: 5)
        var (outer, pages) = (map.extent, shown)
        for range in chain {
            let parent = try #require(outer)
            #expect(parent.contains(range) && range.pages.rawValue <= pages / 4)
            #expect(map.regions(overlapping: range).count * 100 >= map.regions(overlapping: parent).count * 34)
            outer = range
            pages = range.pages.rawValue
        }
        #expect(Magnification.chain(in: map, showing: shown, limit: 1).count == min(chain.count, 1))
        if seed < 3 { #expect(!chain.isEmpty) }
    }

    @Test func theCrowdedPartIsFound() throws {
        var list = RegionList()
        list.add(.conventional, pages: 0x10000)
        for index in 0..<40 { list.add(index % 2 == 0 ? .bootServicesData : .bootServicesCode, pages: 2) }
        list.add(.conventional, pages: 0x20000)
        let map = try PhysicalMemoryMap(regions: list.regions)
        let range = try #require(Magnification.chain(in: map, showing: 0x30050, limit: 1).first)
        #expect(range.start == PhysicalAddress(0x1000_0000) && range.pages.rawValue <= 88)
    }

    @Test func fewRegionsAreNotMagnified() throws {
        var list = RegionList()
        for type in [MemoryType.conventional, .loaderCode, .loaderData, .acpiNVS, .conventional] { list.add(type, pages: 9) }
        let map = try PhysicalMemoryMap(regions: list.regions)
        #expect(Magnification.chain(in: map, showing: 45, limit: 3).isEmpty)
        #expect(Magnification.chain(in: try PhysicalMemoryMap(regions: []), showing: 0, limit: 3).isEmpty)
    }

    @Test func stripsScaleExactly() throws {
        let range = try #require(PhysicalRange(start: PhysicalAddress(0x10000), pages: PageCount(10)))
        let scale = StripScale(range, width: 100)
        func columns(_ first: UInt64, _ pages: UInt64) throws -> Range<Int> {
            let part = try #require(PhysicalRange(start: PhysicalAddress(0x10000 + first * 4096), pages: PageCount(pages)))
            return scale.columns(of: part)
        }
        #expect(try columns(0, 10) == 0..<100)
        #expect(try columns(3, 4) == 30..<70)
        #expect(try columns(9, 1) == 90..<100)
        let wide = StripScale(try #require(PhysicalRange(start: PhysicalAddress(0), pages: PageCount(1 << 50))), width: 100)
        let last = try #require(PhysicalRange(start: PhysicalAddress((1 << 62) - 4096), pages: PageCount(1)))
        #expect(wide.columns(of: last) == 99..<100, "a page of many is one column, the last one at most")
    }

    @Test func labelsKeepTheirDistance() {
        var row = LabelRow(bounds: 10..<110, gap: 5)
        #expect(row.place(x: 0, width: 20) == 10)
        #expect(row.place(x: 34, width: 20) == nil)
        #expect(row.place(x: 35, width: 20) == 35)
        #expect(row.place(x: 500, width: 30) == 80)
        #expect(row.place(x: 60, width: 16) == nil)
        #expect(row.place(x: 60, width: 15) == 60)
        #expect(row.place(x: 10, width: 101) == nil)
    }
}
