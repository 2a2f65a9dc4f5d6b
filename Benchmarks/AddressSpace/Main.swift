import BenchmarkHarness
import MemoryMap
import SeededRandom
import VirtualMemory

/// What calls on an address space cost by its bookkeeping: swift run -c release AddressSpaceBenchmark
@main
enum AddressSpaceBenchmark {
    static func main() {
        Stopwatch.pin()
        print(sizes().markdown)
        print(counts().markdown)
        print(fragments().markdown)
    }

    private static func space() -> AddressSpace<BookkeepingOnly> {
        AddressSpace(platform: .x64Large, backend: BookkeepingOnly())
    }

    private static func reserve(_ byteCount: UInt64, _ type: AllocationType = .reserve) -> AllocationRequest {
        AllocationRequest(byteCount: byteCount, type: type, protection: .readWrite)
    }

    /// One region of every size.
    private static func sizes() -> BenchmarkTable {
        var table = BenchmarkTable(
            "One region, by size", columns: ["size", "reserve + release", "query", "commit + decommit", "protect, both ways"])
        let rounds = 1000
        for exponent in stride(from: 12, through: 46, by: 2) as StrideThrough<UInt64> {
            let size = 1 << exponent as UInt64
            var space = Self.space()
            let reserve = Stopwatch.measure(operations: rounds, samples: 31) {
                for _ in 0..<rounds {
                    guard let range = try? space.allocate(Self.reserve(size)) else { preconditionFailure("room") }
                    _ = try? space.free(range.start, byteCount: 0, .release)
                }
            }
            guard let range = try? space.allocate(Self.reserve(size, [.reserve, .commit])) else { preconditionFailure("room") }
            let middle = VirtualAddress(range.start.rawValue + size / 2)
            let query = Stopwatch.measure(operations: rounds, samples: 31) {
                for _ in 0..<rounds { Stopwatch.consume(try? space.query(middle)) }
            }
            let request = { () -> AllocationRequest in
                var request = Self.reserve(size, .commit)
                request.base = range.start
                return request
            }()
            let commit = Stopwatch.measure(operations: rounds, samples: 31) {
                for _ in 0..<rounds {
                    _ = try? space.free(range.start, byteCount: size, .decommit)
                    _ = try? space.allocate(request)
                }
            }
            let protect = Stopwatch.measure(operations: rounds, samples: 31) {
                for _ in 0..<rounds {
                    _ = try? space.protect(range.start, byteCount: size, .readOnly)
                    _ = try? space.protect(range.start, byteCount: size, .readWrite)
                }
            }
            table.add(
                ["2^\(exponent)"] + [reserve, query, commit, protect].map { BenchmarkTable.time($0.median) })
        }
        return table
    }

    /// Many regions, taken in both directions.
    private static func counts() -> BenchmarkTable {
        var table = BenchmarkTable(
            "Many regions of 1 MB, by count",
            columns: ["regions", "reserve, upwards", "reserve, downwards", "random query", "walk, a block", "reserve in a hole"])
        for count in [1_000, 10_000, 100_000, 1_000_000] {
            let samples = count > 100_000 ? 3 : 7
            var cells = ["\(count)"]
            for type in [.reserve, [.reserve, .topDown]] as [AllocationType] {
                var fresh = Self.space()
                let fill = Stopwatch.measure(operations: count, samples: samples, prepare: { fresh = Self.space() }) {
                    for _ in 0..<count { _ = try? fresh.allocate(reserve(1 << 20, type)) }
                }
                cells.append(BenchmarkTable.time(fill.median))
            }
            var space = Self.space()
            var bases: [VirtualAddress] = []
            for _ in 0..<count {
                guard let range = try? space.allocate(reserve(1 << 20)) else { preconditionFailure("room") }
                bases.append(range.start)
            }
            var random = SeededGenerator(seed: 1)
            let places = (0..<4096).map { _ in random.pick(bases) }
            let query = Stopwatch.measure(operations: places.count, samples: 31) {
                for place in places { Stopwatch.consume(try? space.query(place)) }
            }
            for index in stride(from: 0, to: count, by: 2) { _ = try? space.free(bases[index], byteCount: 0, .release) }
            let walk = Stopwatch.measure(operations: count, samples: samples) {
                var blocks = 0
                space.walk { _ in
                    blocks += 1
                    return true
                }
                Stopwatch.consume(blocks)
            }
            // Two megabytes fit no hole: the search has to pass them all.
            let hole = Stopwatch.measure(operations: 1000, samples: 31) {
                for _ in 0..<1000 {
                    guard let range = try? space.allocate(Self.reserve(2 << 20)) else { preconditionFailure("room") }
                    _ = try? space.free(range.start, byteCount: 0, .release)
                }
            }
            cells += [query, walk, hole].map { BenchmarkTable.time($0.median) }
            table.add(cells)
        }
        return table
    }

    /// One region whose pages have two protections in turns.
    private static func fragments() -> BenchmarkTable {
        var table = BenchmarkTable(
            "One region in runs of one page, by runs",
            columns: ["runs", "split, a page", "random query", "random protect, both ways", "join all, a run"])
        for count in [1_000, 10_000, 100_000, 1_000_000] as [UInt64] {
            let samples = count > 100_000 ? 3 : 7
            var space = Self.space()
            guard let range = try? space.allocate(Self.reserve(count << 12, [.reserve, .commit])) else {
                preconditionFailure("room")
            }
            let base = range.start.rawValue
            func split() {
                for page in stride(from: 0, to: count, by: 2) {
                    _ = try? space.protect(VirtualAddress(base + page << 12), byteCount: 4096, .readOnly)
                }
            }
            func join() { _ = try? space.protect(range.start, byteCount: count << 12, .readWrite) }
            let splitting = Stopwatch.measure(operations: Int(count / 2), samples: samples, prepare: join, split)
            let joining = Stopwatch.measure(operations: Int(count), samples: samples, prepare: split, join)
            split()
            var random = SeededGenerator(seed: 1)
            let places = (0..<4096).map { _ in VirtualAddress(base + UInt64(random.below(Int(count))) << 12) }
            let query = Stopwatch.measure(operations: places.count, samples: 31) {
                for place in places { Stopwatch.consume(try? space.query(place)) }
            }
            let protect = Stopwatch.measure(operations: places.count, samples: 31) {
                for place in places {
                    guard let old = try? space.protect(place, byteCount: 4096, .executeRead).old else { continue }
                    _ = try? space.protect(place, byteCount: 4096, old)
                }
            }
            table.add(["\(count)"] + [splitting, query, protect, joining].map { BenchmarkTable.time($0.median) })
        }
        return table
    }
}
