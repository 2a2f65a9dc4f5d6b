import MapFormats
import MemoryMap
import MemoryReport
import Testing

@testable import MapDrawing

@Suite struct DrawnMapTests {
    @Test
    func `Regions and holes follow each other without a gap`() {
        let map = Samples.drawn(Samples.e820)
        #expect(map.blocks.map(\.isHole) == [false, false, true, false, false, false, true, false, false])
        #expect(map.blocks.map(\.category).contains(.acpi))
        expectContiguous(map.blocks)
        #expect(map.blocks.first?.range.start == PhysicalAddress(0))
        #expect(map.blocks.last?.range.last == PhysicalAddress(0x2_3FFF_FFFF))
    }

    @Test
    func `Soft reserved memory has a colour of its own, with attributes and without`() {
        let e820 = """
            BIOS-provided physical RAM map:
            BIOS-e820: [mem 0x0000000000000000-0x000000003fffffff] usable
            BIOS-e820: [mem 0x0000000040000000-0x000000007fffffff] soft reserved

            """
        let efi = """
            efi: mem00: [Conventional Memory|   |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000000000-0x000000003fffffff] (1024MB)
            efi: mem01: [Conventional Memory|   |  |SP|  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000040000000-0x000000007fffffff] (1024MB)

            """
        for text in [e820, efi] {
            let map = Samples.drawn(text)
            #expect(map.blocks.map(\.category) == [.usable, .softReserved])
            #expect(map.legend.map(\.category) == [.usable, .softReserved])
            #expect(map.legend.map(\.byteCount) == [1 << 30, 1 << 30])
            #expect(ScaledBar(map.pages, cells: 16).windows.flatMap(\.cells).contains(.softReserved))
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func `Every row is counted once`(seed: UInt64) {
        let text = Samples.random(400, seed: seed)
        for limit in [3, 16, 100, 10_000] {
            let map = Samples.drawn(text, limit: limit)
            #expect(map.rowCount == 400)
            #expect(map.blocks.reduce(0) { $0 + $1.rows } + map.undrawn.defective == 400)
            #expect(map.blocks.count <= limit)
            expectContiguous(map.blocks)
        }
    }

    @Test(arguments: [11, 12, 13, 14])
    func `What is drawn together adds up to what it is made of`(seed: UInt64) {
        let map = Samples.drawn(Samples.random(600, seed: seed), limit: 40)
        var bytes = [UInt128](repeating: 0, count: MemoryCategory.allCases.count)
        var regions = 0
        for block in map.blocks {
            if let group = block.group {
                for (index, amount) in group.bytes.enumerated() { bytes[index] += amount }
                #expect(group.bytes.reduce(0, +) == block.range.size)
                regions += group.regions
            } else {
                bytes[Int(block.category.rawValue)] += block.range.size
                if !block.isHole { regions += 1 }
            }
        }
        #expect(regions == map.regionCount)
        for entry in map.legend { #expect(bytes[Int(entry.category.rawValue)] == entry.byteCount) }
        #expect(bytes.reduce(0, +) == map.legend.reduce(0) { $0 + $1.byteCount })
        #expect(map.notes.contains { $0.hasPrefix("To keep this small") })
    }

    @Test
    func `The largest regions stay by themselves`() throws {
        let map = Samples.drawn(Samples.random(600, seed: 21), limit: 41)
        let sizes = Samples.drawn(Samples.random(600, seed: 21), limit: .max).blocks.map(\.range.size).sorted(by: >)
        let largestJoined = try #require(map.blocks.compactMap(\.group).map(\.largest).max())
        #expect(largestJoined <= sizes[19])
        let alone = map.blocks.filter { $0.group == nil }.map(\.range.size)
        for size in sizes.prefix(20) where size > largestJoined { #expect(alone.contains(size)) }
    }

    @Test
    func `What several rows describe is marked, and what describes nothing is counted`() {
        let map = Samples.drawn(Samples.overlapping)
        let contested = map.blocks.filter(\.isContested).map(\.range.start.rawValue)
        #expect(contested == [0x1000_0000, 0x1800_0000])
        #expect(map.undrawn.defective == 1)
        #expect(map.notes.contains { $0.contains("overlap") })
        #expect(map.notes.contains { $0.hasPrefix("1 row not drawn") })
    }

    @Test
    func `Neighbours with names of their own are drawn apart`() {
        let map = Samples.drawn(Samples.hostile)
        #expect(map.blocks.count == 7)
        #expect(map.blocks.map(\.rows) == Array(repeating: 1, count: 7))
        #expect(map.blocks[1].word == "<script>alert(1)</script>")
        #expect(map.blocks[5].word == "\u{FFFD}MAR metsyS\u{FFFD}\u{FFFD}")
    }

    @Test(arguments: [31, 32, 33])
    func `Marks of overlaps agree with counting rows at each edge`(seed: UInt64) {
        let collection = Samples.collection(Samples.random(200, seed: seed))
        let map = DrawnMap(collection.maps[0], of: collection, source: "", limit: .max)
        let ranges = collection.maps[0].rows.compactMap(\.range)
        for block in map.blocks where !block.isHole {
            let edges =
                [block.range.start] + ranges.map(\.start).filter { block.range.contains($0) }
            let isContested = edges.contains { edge in ranges.count { $0.contains(edge) } > 1 }
            #expect(block.isContested == isContested)
        }
    }

    @Test
    func `More maps than the limit are counted`() {
        var limits = DrawingLimits()
        limits.maps = 3
        let collection = Samples.collection(Samples.e820)
        let sources = (1...5).map { (name: "\($0)", collection: collection) }
        let drawn = DrawnMaps(sources, limits: limits)
        #expect(drawn.maps.map(\.source) == ["1", "2", "3"])
        #expect(drawn.left == 2)
        #expect(MapPicture(drawn).svg().contains("2 more maps not drawn."))
    }

    @Test
    func `A limit for all maps is shared by them`() {
        var limits = DrawingLimits()
        limits.blocks = 80
        let collection = Samples.collection(Samples.random(300, seed: 41))
        let drawn = DrawnMaps([("a", collection), ("b", collection)], limits: limits)
        #expect(drawn.maps.allSatisfy { $0.blocks.count <= 40 })
    }

    private func expectContiguous(_ blocks: [MapBlock]) {
        for (lower, upper) in zip(blocks, blocks.dropFirst()) { #expect(lower.range.end == upper.range.start) }
    }
}
