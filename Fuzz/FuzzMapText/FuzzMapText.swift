import FuzzDriver
import MapFormats
import MemoryMap

/// The input is a text that may list memory maps. However it is cut into pieces, the same is found in it, and what is found keeps
/// what resolved maps and summaries promise.
@main
struct FuzzMapText {
    static func main() {
        unsafe runFuzzer { data, count in
            unsafe withInput(data, count) { FuzzMapText.test($0) }
        }
    }

    static func test(_ input: Span<UInt8>) {
        let whole = read(input, inPiecesOf: max(input.count, 1))
        // The piece length comes from the input, so that the cuts fall everywhere.
        let length = 1 + Int(input.count > 0 ? input[input.count / 2] : 0) % 61
        let pieces = read(input, inPiecesOf: length)
        require(whole.lineCount == pieces.lineCount, "the lines are those of the text, however it comes")
        require(whole.maps.count == pieces.maps.count, "the maps are those of the text, however it comes")
        for (one, other) in zip(whole.maps, pieces.maps) {
            require(one.rows == other.rows && one.kind == other.kind, "the rows are those of the text, however it comes")
        }
        for map in whole.maps { check(map, in: whole) }
    }

    private static func read(_ input: Span<UInt8>, inPiecesOf length: Int) -> MapCollection {
        do throws(MapReadError) {
            var reader = MapReader()
            var cursor = 0
            while cursor < input.count {
                let end = min(cursor + length, input.count)
                try reader.read(input.extracting(cursor..<end))
                cursor = end
            }
            return try reader.finish()
        } catch {
            fatalError("violated: a short text has few rows and few lines")
        }
    }

    private static func check(_ map: ListedMap, in collection: MapCollection) {
        for row in map.rows { require(row.line >= 1 && row.line <= collection.lineCount, "a row is on a line of the text") }
        let resolved = ResolvedMap(map)
        require(resolved.rows.count == resolved.regions.count, "every region comes from a row")
        for (region, next) in zip(resolved.regions, resolved.regions.dropFirst()) {
            require(region.range.last < next.range.start, "regions ascend")
            require(
                region.range.end != next.range.start || region.type != next.type || region.attributes != next.attributes
                    || map.kind.isE820 && region.type == .persistent,
                "neighbours of one kind are merged, apart from the BIOS's persistent ranges")
        }
        for hole in resolved.holes { require(resolved.regions(overlapping: hole).isEmpty, "a hole is empty") }
        for policy in HandoffPolicy.allCases {
            let summary = ListedMapSummary(map, resolved: resolved, policy: policy)
            let described = resolved.regions.reduce(UInt128(0)) { $0 + $1.range.size }
            require(summary.byType.reduce(0) { $0 + $1.bytes } == described, "the types add up")
            require(summary.usableNow <= summary.ram, "usable memory is memory")
            require(summary.usableAfterExit <= summary.ram, "usable memory is memory")
        }
    }
}
