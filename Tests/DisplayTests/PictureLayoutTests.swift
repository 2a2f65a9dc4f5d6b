import MemoryMap
import MemoryReport
import Testing

@testable import Display
import SeededRandom

/// Nothing overlaps, nothing is cut, at any size with any map.
struct PictureLayoutTests {
    static func picture(_ map: PhysicalMemoryMap, policy: HandoffPolicy = .linuxX86) -> MemoryMapPicture {
        MemoryMapPicture(
            heading: .init(
                architecture: "x86-64", firmware: Array("EDK II 2025.02, UEFI 2.70".utf8),
                kernelHash: Array(repeating: 0xA5, count: 32), isKernelVerified: true),
            map: map, summary: MemoryMapSummary(map, policy: policy))
    }

    private func check(_ picture: MemoryMapPicture, width: Int, height: Int) -> RecordingSurface {
        var surface = RecordingSurface(width: width, height: height)
        picture.draw(on: &surface)
        #expect(surface.outside.isEmpty, "\(width) x \(height)")
        if let (upper, lower) = surface.overlap { Issue.record("\(width) x \(height): \(upper) | \(lower)") }
        if let text = surface.textOnColor { Issue.record("\(width) x \(height): \(text) stands on a colour") }
        return surface
    }

    @Test(arguments: [(512, false), (8192, false), (1024, true)])
    func everySizeIsTidy(mebibytes: UInt64, isARM: Bool) throws {
        let map = try isARM ? SampleMaps.virt(mebibytes: mebibytes) : SampleMaps.q35(mebibytes: mebibytes)
        let picture = Self.picture(map)
        for width in stride(from: 320, through: 2600, by: 271) {
            for height in stride(from: 200, through: 1700, by: 113) { _ = check(picture, width: width, height: height) }
        }
        for (width, height) in [(320, 200), (640, 480), (800, 600), (1280, 800), (1599, 999), (1600, 1000), (1920, 1200)] {
            let surface = check(picture, width: width, height: height)
            #expect(surface.texts.count > (height > 400 ? 40 : 8))
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func hostileMapsAreTidyToo(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let map = try SampleMaps.random([0, 1, 2, 7, 40, 300, 1500].randomElement(using: &random) ?? 1, seed: seed)
        let picture = Self.picture(map, policy: seed % 2 == 0 ? .linuxX86 : .linuxARM64)
        for _ in 0..<4 {
            let size = (Int.random(in: 320...2600, using: &random), Int.random(in: 200...1700, using: &random))
            _ = check(picture, width: size.0, height: size.1)
        }
    }

    @Test func aMapOfTheWholeAddressSpaceIsDrawn() throws {
        let all = try #require(PhysicalRange(start: PhysicalAddress(0), last: PhysicalAddress(.max)))
        let map = try PhysicalMemoryMap(regions: [MemoryRegion(range: all, type: .conventional, attributes: SampleMaps.ram)])
        let surface = check(Self.picture(map), width: 1280, height: 800)
        #expect(surface.texts.contains { $0.text == "0xffffffffffffffff" })
    }

    @Test func tooSmallSurfacesGetALineOfText() throws {
        let picture = Self.picture(try SampleMaps.q35(mebibytes: 512))
        for (width, height) in [(319, 200), (320, 199), (100, 20), (1, 1), (5000, 10), (10, 5000)] {
            var surface = RecordingSurface(width: width, height: height)
            picture.draw(on: &surface)
            #expect(surface.texts.map(\.text) == ["Strata"])
            var buffer = try #require(PixelBuffer(width: width, height: height))
            picture.draw(on: &buffer)
            #expect(Set(buffer.pixels).count <= 2)
        }
    }

    @Test func partsAreLeftOutInTheOrderThatIsDocumented() {
        let contents = PictureLayout.Contents(windows: 3, strips: 3, legend: [6, 6, 13, 16, 4, 8, 4, 13], types: 11, fates: 5)
        for width in stride(from: 320, through: 1590, by: 30) {
            for height in stride(from: 200, to: 1000, by: 3) {
                guard let frame = PictureFrame(width: width, height: height) else { continue }
                let layout = PictureLayout(frame, contents: contents)
                var parts = [layout.legend != nil]
                if frame.span >= 540 { parts.append(layout.isHeaderLarge) }
                parts += [
                    layout.figureCount >= 3, layout.figureCount == 6, layout.table != nil, !layout.strips.isEmpty,
                    layout.tableRows == 11, layout.strips.count >= 2,
                ]
                if frame.span >= 6 * PicturePlan.largeFigureWidth { parts.append(layout.areFiguresLarge) }
                parts += [layout.barLabelRows == 2, layout.strips.count == 3]
                let shown = parts.prefix { $0 }.count
                let isTidy = !parts.dropFirst(shown).contains(true) && (layout.table == nil || layout.tableRows >= 4)
                if !isTidy || height > 760 && shown < parts.count { Issue.record("\(width) x \(height): \(parts)") }
            }
        }
    }
}
