import BenchmarkHarness
import CHostBenchmark

/// What libstrata-vm's calls cost beside the host's own, in one run: swift run -c release HostVirtualMemoryBenchmark
///
/// Each row is measured in turns, a few samples of the one and a few of the other, so that neither has the quieter machine.
@main
enum HostVirtualMemoryBenchmark {
    static func main() {
        Stopwatch.pin()
        print(calls().markdown)
        print(sizes().markdown)
        print(counts().markdown)
    }

    /// Measures both in turns; the medians over all turns.
    private static func pair(
        rounds: Int, _ raw: (Int32) -> Void, _ strata: (Int32) -> Void
    ) -> (raw: Measurement, strata: Measurement) {
        var samples: (raw: [Double], strata: [Double]) = ([], [])
        for _ in 0..<11 {
            samples.raw += Stopwatch.measure(operations: rounds, samples: 3) { raw(Int32(rounds)) }.samples
            samples.strata += Stopwatch.measure(operations: rounds, samples: 3) { strata(Int32(rounds)) }.samples
        }
        return (Measurement(samples: samples.raw), Measurement(samples: samples.strata))
    }

    private static func row(_ name: String, _ result: (raw: Measurement, strata: Measurement)) -> [String] {
        let (raw, strata) = (result.raw.median, result.strata.median)
        return [
            name, BenchmarkTable.time(raw), BenchmarkTable.time(strata), BenchmarkTable.figure(strata / raw),
        ]
    }

    private static func calls() -> BenchmarkTable {
        var table = BenchmarkTable("Calls", columns: ["operation", "mmap, mprotect", "libstrata-vm", "ratio"])
        table.add(row("reserve + release 64 KB", pair(rounds: 1000, raw_reserve, strata_reserve)))
        table.add(row("reserve and commit + release 64 KB", pair(rounds: 1000, raw_reserve_commit, strata_reserve_commit)))
        table.add(row("commit + decommit a page", pair(rounds: 1000, raw_commit, strata_commit)))
        table.add(row("commit + touch + decommit", pair(rounds: 1000, raw_commit_touch, strata_commit_touch)))
        table.add(row("protect, both ways, a page", pair(rounds: 1000, raw_protect, strata_protect)))
        table.add(row("protect, both ways, 1 GB", pair(rounds: 1000, raw_protect_large, strata_protect_large)))
        table.add(row("map + unmap 1 MB of a file", pair(rounds: 1000, raw_map, strata_map)))
        return table
    }

    private static func sizes() -> BenchmarkTable {
        var table = BenchmarkTable(
            "One reservation, by size", columns: ["size", "mmap + munmap", "reserve + release", "ratio", "query"])
        for exponent in stride(from: 12, through: 46, by: 2) as StrideThrough<Int32> {
            strata_query_begin(exponent)
            let query = Stopwatch.measure(operations: 1000, samples: 31) { strata_query(1000) }
            strata_query_end()
            // The library leaves the host's allocator a few terabytes only.
            guard exponent <= 40 else {
                let strata = Stopwatch.measure(operations: 200, samples: 31) { strata_reserve_size(200, exponent) }
                table.add(["2^\(exponent)", "–", BenchmarkTable.time(strata.median), "–", BenchmarkTable.time(query.median)])
                continue
            }
            let result = pair(rounds: 200, { raw_reserve_size($0, exponent) }, { strata_reserve_size($0, exponent) })
            table.add(row("2^\(exponent)", result) + [BenchmarkTable.time(query.median)])
        }
        return table
    }

    private static func counts() -> BenchmarkTable {
        var table = BenchmarkTable(
            "Many reservations of 64 KB and as many holes",
            columns: ["count", "reserve", "query at random", "walk, a block", "128 KB past the holes", "release"])
        for count in [1_000, 10_000, 100_000, 1_000_000] as [Int32] {
            guard strata_many_prepare(count) != 0 else { break }
            let reserve = once(Int(count)) { strata_many_reserve(count) }
            strata_many_holes(count)
            let query = Stopwatch.measure(operations: 10_000, samples: 15) { strata_many_query(count, 10_000) }
            let blocks = Int(strata_walk())
            let walk = Stopwatch.measure(operations: blocks, samples: 5) { _ = strata_walk() }
            let hole = Stopwatch.measure(operations: 1000, samples: 15) { strata_past_holes(1000) }
            let release = once(Int(count) / 2) { strata_many_release(count) }
            table.add(["\(count)"] + [reserve, query, walk, hole, release].map { BenchmarkTable.time($0.median) })
        }
        return table
    }

    /// Measures what can be done once only.
    private static func once(_ operations: Int, _ body: () -> Void) -> Measurement {
        let time = ContinuousClock().measure(body).components
        return Measurement(samples: [(Double(time.seconds) * 1e9 + Double(time.attoseconds) / 1e9) / Double(operations)])
    }
}
