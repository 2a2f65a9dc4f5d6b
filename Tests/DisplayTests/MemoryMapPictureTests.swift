import MemoryMap
import MemoryReport
import Testing

@testable import Display

struct MemoryMapPictureTests {
    private func layout(_ picture: MemoryMapPicture, _ width: Int, _ height: Int) throws -> (PictureLayout, BarGeometry) {
        let frame = try #require(PictureFrame(width: width, height: height))
        let bar = BarGeometry(picture.map, width: frame.span, breakWidth: 14 * frame.unit)
        let ranges = Magnification.chain(in: picture.map, showing: bar.pages, limit: 3)
        let contents = PictureLayout.Contents(
            windows: bar.windows.count, strips: ranges.count,
            legend: picture.categories(bar, ranges[...]).map { $0.label.utf8CodeUnitCount },
            types: picture.summary.byType.count, fates: picture.fates.count)
        return (PictureLayout(frame, contents: contents), bar)
    }

    /// The categories of a row of pixels, nil where a pixel has another colour.
    private func categories(_ buffer: PixelBuffer, row: Int, from x: Int, count: Int) -> [MemoryCategory?] {
        (x..<(x + count)).map { column in
            MemoryCategory.allCases.first { buffer[column, row] == PixelFormat.bgrx.pixel($0.color) }
        }
    }

    @Test(arguments: [(640, 480), (1280, 800), (1920, 1200)])
    func theBarIsToScale(width: Int, height: Int) throws {
        for map in [
            try SampleMaps.q35(mebibytes: 512), try SampleMaps.q35(mebibytes: 8192), try SampleMaps.virt(mebibytes: 1024),
        ] {
            let picture = PictureLayoutTests.picture(map)
            let (layout, bar) = try layout(picture, width, height)
            var buffer = try #require(PixelBuffer(width: width, height: height))
            picture.draw(on: &buffer)
            #expect(bar.windows.last.map { $0.x + $0.width } ?? 0 <= layout.bar.width)
            for window in bar.windows {
                let range = window.window.range
                let start = layout.bar.x + window.x
                let shown = categories(buffer, row: layout.bar.y + layout.bar.height / 2, from: start, count: window.width)
                // Each category has as many pixels as it has bytes in the window, to within a pixel at each border.
                for category in MemoryCategory.allCases {
                    let regions = map.regions(overlapping: range).filter { MemoryCategory($0.type) == category }
                    let pages =
                        category == .hole
                        ? map.holes(in: range).reduce(0) { $0 + $1.pages.rawValue } : regions.reduce(0) { $0 + $1.pages.rawValue }
                    let borders = category == .hole ? map.regions.count : regions.count
                    let expected = Double(pages) / Double(window.window.pagesPerCell.rawValue)
                    let pixels = shown.count { $0 == category } / bar.pixelsPerCell
                    #expect(abs(Double(pixels) - expected) <= Double(borders) + 1, "\(category.label)")
                }
                // A region of many pixels lies where its addresses are.
                for region in map.regions(overlapping: range) {
                    let first = Double(region.range.start.rawValue - range.start.rawValue) / 4096
                    let scale = Double(bar.pixelsPerCell) / Double(window.window.pagesPerCell.rawValue)
                    let (from, to) = (first * scale, (first + Double(region.pages.rawValue)) * scale)
                    guard to - from > 3 * Double(bar.pixelsPerCell) else { continue }
                    let inner = (Int(from) + bar.pixelsPerCell)..<(Int(to) - bar.pixelsPerCell)
                    #expect(inner.allSatisfy { shown[$0] == MemoryCategory(region.type) })
                }
            }
        }
    }

    @Test func squeezedBarsKeepTheirWindowsApart() throws {
        let map = try SampleMaps.q35(mebibytes: 512)
        let bar = BarGeometry(map, width: 1224, breakWidth: 14)
        #expect(bar.windows.count == 3)
        for (window, next) in zip(bar.windows, bar.windows.dropFirst()) { #expect(next.x - (window.x + window.width) >= 14) }
        #expect(bar.windows.last.map { $0.x + $0.width } == 1224, "the bar ends where it should")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func stripsShowTheirRegions(seed: UInt64) throws {
        let map = seed == 0 ? try SampleMaps.q35(mebibytes: 512) : try SampleMaps.random(80, seed: seed)
        let picture = PictureLayoutTests.picture(map)
        let (layout, bar) = try layout(picture, 1280, 800)
        let ranges = Magnification.chain(in: map, showing: bar.pages, limit: 3)
        var buffer = try #require(PixelBuffer(width: 1280, height: 800))
        picture.draw(on: &buffer)
        for (strip, range) in zip(layout.strips, ranges) {
            let shown = categories(buffer, row: strip.bar.y + strip.bar.height / 2, from: strip.bar.x, count: strip.bar.width)
            for region in map.regions(overlapping: range) {
                let part = try #require(region.range.intersection(range))
                let scale = Double(strip.bar.width) / Double(range.pages.rawValue)
                let from = Double((part.start.rawValue - range.start.rawValue) / 4096) * scale
                let to = from + Double(part.pages.rawValue) * scale
                guard to - from > 4 else { continue }
                // Inside of the region every pixel has its colour, but for the line to a neighbour and small regions at its end.
                let inner = (Int(from) + 2)..<(Int(to) - 1)
                #expect(inner.allSatisfy { shown[$0] == MemoryCategory(region.type) })
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>, [400, 700, 1280])
    func theLegendListsWhatOccurs(seed: UInt64, width: Int) throws {
        let map = seed == 0 ? try SampleMaps.q35(mebibytes: 512) : try SampleMaps.random(Int(seed) * 2, seed: seed)
        let picture = PictureLayoutTests.picture(map)
        let (layout, bar) = try layout(picture, width, 800)
        var surface = RecordingSurface(width: width, height: 800)
        picture.draw(on: &surface)
        let strips = Magnification.chain(in: map, showing: bar.pages, limit: 3).prefix(layout.strips.count)
        var expected = Set(map.regions.map { MemoryCategory($0.type) })
        if bar.windows.contains(where: { !map.holes(in: $0.window.range).isEmpty })
            || strips.contains(where: { !map.holes(in: $0).isEmpty })
        {
            expected.insert(.hole)
        }
        let area = try #require(layout.legend)
        #expect(surface.texts(in: area).sorted() == expected.map { "\($0.label)" }.sorted())
        // And a swatch of each colour, in the same order.
        let colors = expected.sorted { $0.rawValue < $1.rawValue }.map { PixelFormat.bgrx.pixel($0.color) }
        let squares = surface.fills.filter { area.contains($0.rectangle) && $0.rectangle.height > 1 }
        #expect(squares.map(\.pixel) == colors)
    }

    @Test func theTableHasTheFigures() throws {
        let map = try SampleMaps.q35(mebibytes: 512)
        let picture = PictureLayoutTests.picture(map)
        let (layout, _) = try layout(picture, 1280, 800)
        var surface = RecordingSurface(width: 1280, height: 800)
        picture.draw(on: &surface)
        let area = try #require(layout.table)
        let sorted = picture.summary.byType.sorted { ($1.pages, $0.type) < ($0.pages, $1.type) }
        #expect(layout.tableRows == sorted.count)
        for (index, total) in sorted.enumerated() {
            let row = PixelRectangle(
                x: area.x, y: area.y + (index + 1) * layout.rowPitch, width: area.width, height: layout.rowPitch)
            var (name, size, pages) = (ByteBuffer(), ByteBuffer(), ByteBuffer())
            name.write(total.type)
            size.write(size: total.pages)
            pages.write(decimal: total.pages.rawValue, thousands: true)
            #expect(surface.texts(in: row) == [name.text, "\(total.descriptors)", pages.text, size.text])
            // The bar beside it: its share of the longest one, at least a pixel.
            let bars = surface.fills.filter { row.contains($0.rectangle) && $0.rectangle.x > area.x + 20 }
            let longest = surface.fills.filter { area.contains($0.rectangle) && $0.rectangle.height == 9 }.map(\.rectangle.width)
                .max()
            let share = Double(longest ?? 0) * Double(total.pages.rawValue) / Double(sorted[0].pages.rawValue)
            #expect(bars.count == 1 && abs(Double(bars[0].rectangle.width) - max(share, 1)) <= 1)
        }
        let figures = try #require(layout.figures)
        var ram = ByteBuffer()
        ram.write(size: picture.summary.ram)
        #expect(surface.texts(in: figures).contains(ram.text))
        #expect(surface.texts(in: figures).contains("\(map.descriptorCount)"))
    }

    @Test func typesWithoutRoomAreCounted() throws {
        let regions = (0..<300 as Range<UInt64>).compactMap { index in
            PhysicalRange(start: PhysicalAddress(index << 16), pages: PageCount(1 + index % 16)).map {
                MemoryRegion(range: $0, type: MemoryType(0x7000_0000 + UInt32(index)), attributes: SampleMaps.ram)
            }
        }
        let map = try PhysicalMemoryMap(regions: regions)
        let picture = PictureLayoutTests.picture(map)
        let (layout, _) = try layout(picture, 1280, 800)
        var surface = RecordingSurface(width: 1280, height: 800)
        picture.draw(on: &surface)
        #expect(layout.tableRows < 300)
        let left = 300 - (layout.tableRows - 1)
        #expect(surface.texts.contains { $0.text == "\(left) more types" })
        let table = TypeTable(picture.summary, limit: layout.tableRows, width: 90)
        #expect(table.rows.reduce(0) { $0 + $1.total.rawValue } == map.regions.reduce(0) { $0 + $1.pages.rawValue })
    }

    @Test func equalInputDrawsEqualPixels() throws {
        let picture = PictureLayoutTests.picture(try SampleMaps.q35(mebibytes: 8192))
        var first = try #require(PixelBuffer(width: 800, height: 600))
        var second = try #require(PixelBuffer(width: 800, height: 600))
        second.fill(second.bounds, pixel: 0xDEAD_BEEF)
        picture.draw(on: &first)
        picture.draw(on: &second)
        #expect(first.pixels == second.pixels, "whatever was there before")
        let again = PictureLayoutTests.picture(try SampleMaps.q35(mebibytes: 8192))
        again.draw(on: &second)
        #expect(first.pixels == second.pixels)

        let memory = FramedMemory(scanLine: 832, height: 600)
        var screen = try memory.framebuffer(width: 800)
        picture.draw(on: &screen)
        let words = memory.visibleWords(width: 800)
        let isIntact = memory.isIntact(beyond: 800)
        #expect(words == first.pixels && isIntact)
    }

    @Test func theHeadingShowsWhatItIsGiven() throws {
        let map = try SampleMaps.q35(mebibytes: 512)
        func texts(_ heading: MemoryMapPicture.Heading) -> [String] {
            var surface = RecordingSurface(width: 1280, height: 800)
            MemoryMapPicture(heading: heading, map: map, summary: MemoryMapSummary(map, policy: .linuxX86)).draw(on: &surface)
            return surface.texts.map(\.text)
        }
        let hash: [UInt8] = (0..<32).map { $0 &* 37 }
        let verified = texts(
            .init(architecture: "AArch64", firmware: Array("Acme".utf8), kernelHash: hash, isKernelVerified: true))
        #expect(verified.contains("AArch64, Acme"))
        #expect(verified.contains("kernel verified, SHA-256 00254a6f94b9de03"))
        let other = texts(.init(architecture: "x86-64", kernelHash: hash))
        #expect(other.contains("x86-64") && other.contains("kernel NOT verified, SHA-256 00254a6f94b9de03"))
        #expect(!texts(.init(architecture: "x86-64")).contains { $0.hasPrefix("kernel ") })
        // Bytes without a glyph, and more of them than there is room for.
        let hostile = texts(.init(architecture: "x86-64", firmware: Array(repeating: 0x1B, count: 4000), kernelHash: [1]))
        #expect(hostile.contains { $0.hasPrefix("x86-64, \u{1B}") && $0.utf8.count <= 64 })
    }
}
