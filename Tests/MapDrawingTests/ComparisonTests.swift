import MapFormats
import MemoryMap
import SeededRandom
import Testing

@testable import MapDrawing

@Suite struct ComparisonTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func `Differences are where one map has another type than the other`(seed: UInt64) {
        let first = Samples.drawn(Samples.random(60, seed: seed), limit: .max)
        let second = Samples.drawn(Samples.random(60, seed: seed / 2), limit: .max)
        let comparison = MapComparison(first, second)
        for (lower, upper) in zip(comparison.differences, comparison.differences.dropFirst()) {
            // Neighbours are joined.
            #expect(lower.last.rawValue + 1 < upper.start.rawValue)
        }
        func type(_ map: DrawnMap, _ address: PhysicalAddress) -> MemoryType? {
            map.regions.first { $0.range.contains(address) }?.type
        }
        var random = SeededGenerator(seed: seed)
        let edges = (first.regions + second.regions).flatMap { [$0.range.start.rawValue, $0.range.last.rawValue] }
        for edge in edges {
            let address = PhysicalAddress(edge &+ UInt64(random.below(3)) &- 1)
            let differs = type(first, address) != type(second, address)
            #expect(comparison.differences.contains { $0.contains(address) } == differs)
            #expect(comparison.differs(in: PhysicalRange(start: address, byteCount: 1)!) == differs)
        }
    }

    @Test
    func `A map does not differ from itself`() {
        let map = Samples.drawn(Samples.e820)
        let comparison = MapComparison(map, map)
        #expect(comparison.differences.isEmpty)
        #expect(comparison.notes == ["The two maps have the same type at every address."])
    }

    @Test
    func `Both maps lie within the common pages`() {
        let comparison = MapComparison(Samples.drawn(Samples.e820), Samples.drawn(Samples.smallerE820))
        for map in comparison.maps {
            for region in map.pages.regions { #expect(comparison.pages.covers(region.range)) }
        }
    }

    @Test
    func `Two sources give the first map of each, of one kind, and one source two of a kind; all else has to be told`() throws {
        let two = Samples.collection(Samples.e820 + "# \n" + Samples.hostile)
        let one = Samples.collection(Samples.hostile)
        #expect(two.maps.count == 2)
        let comparison = try MapComparison([("a", one), ("b", two)])
        #expect(comparison.maps.map(\.kind) == [.linuxIOMem, .linuxIOMem])
        let boots = Samples.collection(Samples.e820 + Samples.hostile + Samples.smallerE820 + Samples.hostile + Samples.e820)
        #expect(boots.maps.count == 5)
        #expect(try MapComparison([("c", boots)]).maps.map(\.number) == [1, 5])
        #expect(throws: MapComparison.Failure.notTwo(chosen: 1)) { try MapComparison([("a", one)]) }
        #expect(throws: MapComparison.Failure.notTwo(chosen: 3)) {
            try MapComparison([("a", one), ("b", two), ("c", one)], numbers: [1])
        }
        #expect(try MapComparison([("b", two)]).maps.map(\.number) == [1, 2])
    }

    @Test
    func `The picture is well-formed and tells both maps and what differs`() {
        let comparison = MapComparison(
            Samples.drawn(Samples.e820, source: "first"), Samples.drawn(Samples.smallerE820, source: "second"))
        let svg = ComparisonPicture(comparison).svg()
        #expect(XMLChecker.problem(in: svg) == nil)
        for text in ["first", "second", "The maps differ in", "class=\"differs\""] { #expect(svg.contains(text)) }
        #expect(svg == ComparisonPicture(comparison).svg())
    }
}
