import FuzzDriver
public import MapFormats
import MemoryMap
import MemoryReport

/// Ends the process where a map that was read does not keep what resolved maps, summaries and writers promise.
public func checkPromises(of map: ListedMap) {
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

/// Writes the map in every form, and reads what holds everything of a row back.
public func checkWriters(of map: ListedMap, words: WordTable) {
    for format in MapOutputFormat.allCases {
        var sink = ByteBuffer()
        let writer = MapWriter(format)
        writer.begin(&sink)
        do throws(MapWriteError) {
            try writer.write(map, words: words, to: &sink)
        } catch {
            continue
        }
        guard format == .json else { continue }
        do throws(MapReadError) {
            var reader = MapReader()
            try reader.read(sink.bytes.span)
            let rows = try reader.finish().maps.flatMap(\.rows)
            require(rows.count == map.rows.count, "every row comes back")
            for (row, other) in zip(map.rows, rows) {
                require(
                    row.start == other.start && row.defect == other.defect && row.type == other.type, "a row comes back as it is")
                require(row.defect != .none || row.last == other.last, "a row comes back with its end")
            }
        } catch {
            fatalError("violated: a short text has few rows and few lines")
        }
    }
}
