import MapFormats
import MemoryMap
import MemoryReport
import Testing

@testable import MapDrawing

@Suite struct GeometryTests {
    static let maps: [DrawnMap] =
        [Samples.drawn(Samples.e820), Samples.drawn(Samples.overlapping)]
        + [1, 2, 3, 4, 5, 6].map { Samples.drawn(Samples.random(250, seed: $0), limit: 120) }

    @Test(
        "Rectangles to scale fill the windows, cover nothing twice, and have the heights of what they show",
        arguments: maps.indices)
    func toScale(index: Int) throws {
        let map = Self.maps[index]
        let scale = AddressScale(map.pages, height: 1_000)
        let column = ScaleColumn(map.blocks, scale)
        var shown = Set<Int>()
        for mark in column.marks {
            let window = try #require(scale.windows.first { $0.top <= mark.top && mark.bottom <= $0.bottom + 1e-6 })
            let bytes = mark.blocks.reduce(UInt128(0)) {
                $0 + (map.blocks[$1].range.intersection(window.range)?.size ?? 0)
            }
            let height = Double(bytes) / Double(window.range.size) * window.height
            #expect(abs(height - (mark.bottom - mark.top)) < 1e-6)
            #expect(mark.isMixed == false || mark.bottom - mark.top < 2 * ScaleColumn.least)
            shown.formUnion(mark.blocks)
        }
        for (upper, lower) in zip(column.marks, column.marks.dropFirst()) {
            #expect(upper.bottom <= lower.top + 1e-6)
        }
        for block in map.blocks.indices where !map.blocks[block].isHole { #expect(shown.contains(block)) }
        // Few rectangles however many blocks: two a point at most.
        #expect(Double(column.marks.count) <= 2 * scale.height + Double(scale.windows.count))
    }

    @Test
    func `However many blocks there are, a column to scale has few rectangles`() {
        let map = Samples.drawn(Samples.random(4_000, seed: 7), limit: .max)
        let scale = AddressScale(map.pages, height: 400)
        let column = ScaleColumn(map.blocks, scale)
        #expect(map.blocks.count > 4_000)
        #expect(Double(column.marks.count) <= 2 * scale.height + Double(scale.windows.count))
        #expect(column.marks.contains { $0.isMixed })
    }

    @Test(arguments: maps.indices)
    func `Windows that are not squeezed have one scale, and no byte lies outside of all`(index: Int) {
        let map = Self.maps[index]
        let scale = AddressScale(map.pages, height: 1_000)
        for (upper, lower) in zip(scale.windows, scale.windows.dropFirst()) {
            #expect(upper.range.last < lower.range.start)
            #expect(lower.top == upper.bottom + AddressScale.gap)
        }
        for window in scale.windows where !window.isSqueezed {
            // The last cell of a window may stand for less than the others.
            let bytes = window.height * scale.bytesPerUnit
            #expect(Double(window.range.size) <= bytes)
            #expect(Double(window.range.size) > bytes - scale.bytesPerUnit * AddressScale.cell)
        }
        for block in map.blocks where !block.isHole && block.group == nil {
            let inside = scale.windows.compactMap { $0.range.intersection(block.range)?.size }.reduce(0, +)
            #expect(inside == block.range.size)
        }
    }

    @Test(arguments: maps.indices)
    func `The places of addresses rise with them`(index: Int) {
        let map = Self.maps[index]
        let scale = AddressScale(map.pages, height: 800)
        let spans = map.blocks.map { scale.span($0.range) }
        for (upper, lower) in zip(spans, spans.dropFirst()) { #expect(upper.upperBound <= lower.lowerBound + 1e-9) }
        #expect(spans.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= scale.height + 1e-9 })
    }

    @Test(arguments: maps.indices)
    func `In the column of every region no row is lower than the least, and they follow each other`(index: Int) {
        let map = Self.maps[index]
        let scale = AddressScale(map.pages, height: 800)
        let expanded = ExpandedColumn(spans: map.blocks.map { scale.span($0.range).length }, height: scale.height)
        #expect(expanded.rows.count == map.blocks.count)
        #expect(expanded.rows.allSatisfy { $0.height >= ExpandedColumn.least })
        for (upper, lower) in zip(expanded.rows, expanded.rows.dropFirst()) { #expect(upper.bottom == lower.top) }
        let needed = Double(map.blocks.count) * ExpandedColumn.least
        #expect(abs(expanded.height - max(needed, scale.height)) < 1e-6 || expanded.height == needed)
    }

    @Test(arguments: maps.indices)
    func `Addresses beside the column keep their distance`(index: Int) {
        let map = Self.maps[index]
        let scale = AddressScale(map.pages, height: 1_000)
        let ticks = AddressTicks.ticks(scale)
        for (upper, lower) in zip(ticks, ticks.dropFirst()) {
            #expect(upper.address < lower.address)
            #expect(lower.y - upper.y >= AddressTicks.room - 1e-6)
        }
        #expect(ticks.count >= scale.windows.count)
    }

    @Test(arguments: [9, 60, 400])
    func `A strip gives every block a cell and takes no more cells than there are`(cells: Int) {
        let map = Samples.drawn(Samples.e820)
        let strip = ZoomStrip(map, cells: cells)
        #expect(strip.segments.map(\.block) == Array(map.blocks.indices))
        #expect(strip.segments.allSatisfy { $0.cells >= 1 })
        #expect(strip.segments.reduce(0) { $0 + $1.cells } <= cells)
    }

    @Test
    func `A map of the whole address space, and one of a single byte`() {
        let whole = "BIOS-e820: [mem 0x0000000000000000-0xffffffffffffffff] usable\n"
        let byte = "BIOS-e820: [mem 0xffffffffffffffff-0xffffffffffffffff] reserved\n"
        for text in [whole, byte] {
            let map = Samples.drawn(text)
            #expect(map.blocks.count == 1)
            #expect(AddressScale(map.pages, height: 500).windows.count == 1)
            #expect(XMLChecker.problem(in: MapPicture(DrawnMaps([("m", Samples.collection(text))])).svg()) == nil)
        }
        #expect(Samples.drawn(whole).legend.first?.size == "16 EiB")
    }
}
