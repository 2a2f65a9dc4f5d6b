import BenchmarkHarness
import CHostBenchmark
import Glibc
import SystemPackage

/// What libstrata-vm's calls cost beside the host's own, in one run: swift run -c release HostVirtualMemoryBenchmark
///
/// Each row is measured in turns, a few samples of the one and a few of the other, so that neither has the quieter machine. With
/// `--wine PROGRAM`, which Scripts/wine-benchmark gives, Wine takes its turn in the same loops.
@main
enum HostVirtualMemoryBenchmark {
    static func main() async {
        Stopwatch.pin()
        let arguments = CommandLine.arguments.dropFirst()
        let wine = await Wine(program: arguments.count == 2 && arguments.first == "--wine" ? arguments.last : nil)
        guard arguments.isEmpty || wine != nil else {
            let message =
                "HostVirtualMemoryBenchmark: takes nothing, or --wine PROGRAM that runs in wine; see Scripts/wine-benchmark\n"
            _ = try? FileDescriptor.standardError.writeAll(message.utf8)
            exit(64)
        }
        if let wine { print("Wine: \(wine.version)\n") }
        print(await calls(wine).markdown)
        print(await heaps(wine).markdown)
        print(await sizes(wine).markdown)
        print(await counts(wine).markdown)
    }

    /// One operation over the host's calls, libstrata-vm's and Wine's.
    private struct Row {
        let name: String
        let wineName: String
        let rounds: Int
        let raw: ((Int32) -> Void)?
        let strata: (Int32) -> Void
        var exponent: Int32 = 0

        /// Wine is asked for fewer where one takes long.
        var wineRounds: Int { exponent > 26 ? 3 : rounds }

        /// Measures in turns; the medians over all turns. Where Wine cannot do it, or is not there, the last one is nil.
        func measure(_ wine: Wine?) async -> (raw: Measurement?, strata: Measurement, wine: Measurement?) {
            var samples: (raw: [Double], strata: [Double], wine: [Double]) = ([], [], [])
            for turn in 0..<11 {
                if let raw { samples.raw += Stopwatch.measure(operations: rounds, samples: 3) { raw(Int32(rounds)) }.samples }
                samples.strata += Stopwatch.measure(operations: rounds, samples: 3) { strata(Int32(rounds)) }.samples
                guard let wine, turn.isMultiple(of: 5) else { continue }
                samples.wine += await wine.samples(wineName, 3, rounds: wineRounds, exponent: exponent) ?? []
            }
            return (
                samples.raw.isEmpty ? nil : Measurement(samples: samples.raw), Measurement(samples: samples.strata),
                samples.wine.isEmpty ? nil : Measurement(samples: samples.wine)
            )
        }

        func cells(_ wine: Wine?) async -> [String] {
            let (raw, strata, wines) = await measure(wine)
            let ratio = raw.map { BenchmarkTable.figure(strata.median / $0.median) }
            return [name, Row.time(raw), BenchmarkTable.time(strata.median), ratio ?? "–"]
                + (wine == nil ? [] : [Row.time(wines)])
        }

        static func time(_ measurement: Measurement?) -> String { measurement.map { BenchmarkTable.time($0.median) } ?? "–" }
    }

    private static func wineColumn(_ wine: Wine?, _ names: String...) -> [String] { wine == nil ? [] : names }

    private static func calls(_ wine: Wine?) async -> BenchmarkTable {
        var table = BenchmarkTable(
            "Calls", columns: ["operation", "mmap, mprotect", "libstrata-vm", "ratio"] + wineColumn(wine, "Wine"))
        let rows = [
            ("reserve + release 64 KB", "reserve", raw_reserve, windows_reserve),
            ("reserve and commit + release 64 KB", "reserve_commit", raw_reserve_commit, windows_reserve_commit),
            ("commit + decommit a page", "commit", raw_commit, windows_commit),
            ("commit + touch + decommit a page", "commit_touch", raw_commit_touch, windows_commit_touch),
            ("protect, both ways, a page", "protect", raw_protect, windows_protect),
            ("protect, both ways, 1 GB", "protect_large", raw_protect_large, windows_protect_large),
            ("the same, within a mapping", "protect_large", raw_protect_inside, windows_protect_large),
            ("map + unmap 1 MB of a section", "map", raw_map, windows_map),
        ]
        for (name, wineName, raw, strata) in rows {
            table.add(await Row(name: name, wineName: wineName, rounds: 1000, raw: raw, strata: strata).cells(wine))
        }
        let watches = [
            ("write to a watched page", "watch_write", windows_watch_write),
            ("write to one of 1,024 watched pages, find and reset it", "watch_collect", windows_watch_collect),
        ]
        for (name, wineName, strata) in watches {
            table.add(await Row(name: name, wineName: wineName, rounds: 1024, raw: nil, strata: strata).cells(wine))
        }
        return table
    }

    private static func heaps(_ wine: Wine?) async -> BenchmarkTable {
        var table = BenchmarkTable(
            "Heaps", columns: ["operation", "malloc, free", "libstrata-vm", "ratio"] + wineColumn(wine, "Wine"))
        let rows = [
            ("allocate + free 64 bytes", "heap", raw_heap, windows_heap),
            ("allocate + free 5,000 bytes", "heap_larger", raw_heap_larger, windows_heap_larger),
            ("one of 10,000 blocks of 16 to 1,000 bytes", "heap_random", raw_heap_random, windows_heap_random),
        ]
        for (name, wineName, raw, strata) in rows {
            table.add(await Row(name: name, wineName: wineName, rounds: 100_000, raw: raw, strata: strata).cells(wine))
        }
        return table
    }

    private static func sizes(_ wine: Wine?) async -> BenchmarkTable {
        var table = BenchmarkTable(
            "One reservation, by size",
            columns: ["size", "mmap + munmap", "reserve + release", "ratio"] + wineColumn(wine, "Wine") + ["query"]
                + wineColumn(wine, "query, Wine"))
        for exponent in stride(from: 12, through: 46, by: 2) as StrideThrough<Int32> {
            windows_query_begin(exponent)
            let query = Stopwatch.measure(operations: 1000, samples: 31) { windows_query(1000) }
            windows_query_end()
            // The library leaves the host's allocator a few terabytes only, and Wine needs minutes above them.
            let isLarge = exponent > 40
            let row = Row(
                name: "2^\(exponent)", wineName: "reserve_size", rounds: 200,
                raw: isLarge ? nil : { raw_reserve_size($0, exponent) }, strata: { windows_reserve_size($0, exponent) },
                exponent: exponent)
            var cells = await row.cells(isLarge ? nil : wine)
            if isLarge && wine != nil { cells.append("–") }
            cells.append(BenchmarkTable.time(query.median))
            if let wine {
                let samples = isLarge ? nil : await wine.samples("query", 3, rounds: 3, exponent: exponent)
                cells.append(Row.time(samples.map { Measurement(samples: $0) }))
            }
            table.add(cells)
        }
        return table
    }

    private static func counts(_ wine: Wine?) async -> BenchmarkTable {
        var table = BenchmarkTable(
            "Many reservations of 64 KB and as many holes",
            columns: ["count", "reserve", "query at random", "walk, a block", "128 KB past the holes", "release"])
        for count in [1_000, 10_000, 100_000, 1_000_000] as [Int32] {
            guard windows_many_prepare(count) != 0 else { break }
            let reserve = once(Int(count)) { windows_many_reserve(count) }
            windows_many_holes(count)
            let query = Stopwatch.measure(operations: 10_000, samples: 15) { windows_many_query(count, 10_000) }
            let blocks = Int(windows_walk())
            let walk = Stopwatch.measure(operations: blocks, samples: 5) { _ = windows_walk() }
            let hole = Stopwatch.measure(operations: 1000, samples: 15) { windows_past_holes(1000) }
            let release = once(Int(count) / 2) { windows_many_release(count) }
            table.add(["\(count)"] + [reserve, query, walk, hole, release].map { BenchmarkTable.time($0.median) })
            guard let wine else { continue }
            let figures = await wine.many(count)?.map { BenchmarkTable.time($0) }
            table.add(["\(count), Wine"] + (figures ?? ["fails", "–", "–", "–", "–"]))
        }
        return table
    }

    /// Measures what can be done once only.
    private static func once(_ operations: Int, _ body: () -> Void) -> Measurement {
        let time = ContinuousClock().measure(body).components
        return Measurement(samples: [(Double(time.seconds) * 1e9 + Double(time.attoseconds) / 1e9) / Double(operations)])
    }
}
