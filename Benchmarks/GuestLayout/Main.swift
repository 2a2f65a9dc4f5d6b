import BenchmarkHarness
import GuestLayout
import MemoryMap
import SeededRandom

/// What plans, checks, allocations and reads of guest memory cost: swift run -c release GuestLayoutBenchmark
@main
enum GuestLayoutBenchmark {
    static func main() {
        Stopwatch.pin()
        print(plans().markdown)
        print(allocations().markdown)
        print(fragmented().markdown)
        print(reads().markdown)
    }

    private static let operations = 1_000

    private static func plans() -> BenchmarkTable {
        var table = BenchmarkTable("Plans", columns: ["layout", "plan", "plan and check", "others, no check"])
        let kernel = KernelImage.bzImage(BzImage(byteCount: 7_900_000, runTimeByteCount: 0x337_8000))
        var x86 = X86LayoutRequest(memoryByteCount: 5 << 30)
        x86.payload = .kernel(kernel)
        x86.initialRAMDiskByteCount = 1_983_864
        var protected = x86
        protected.isProtected = true
        for (name, request, other) in [
            ("x86-64, 5 GiB, kernel and RAM disk", x86, "crosvm 149 ns"), ("x86-64, protected", protected, "crosvm 273 ns"),
        ] {
            let plan = Stopwatch.measure(operations: operations, samples: 101) {
                for _ in 0..<operations { Stopwatch.consume(try? LayoutPlan(request)) }
            }
            let checked = Stopwatch.measure(operations: operations, samples: 101) {
                for _ in 0..<operations { Stopwatch.consume(try? LayoutPlan(checking: request)) }
            }
            table.add([name, BenchmarkTable.time(plan.median), BenchmarkTable.time(checked.median), other])
        }
        var arm = AArch64LayoutRequest(memoryByteCount: 5 << 30)
        arm.payload = .kernel(.arm64(ARM64Image(byteCount: 30 << 20, imageByteCount: 32 << 20)))
        arm.initialRAMDiskByteCount = 1_983_864
        let plan = Stopwatch.measure(operations: operations, samples: 101) {
            for _ in 0..<operations { Stopwatch.consume(try? LayoutPlan(arm)) }
        }
        let checked = Stopwatch.measure(operations: operations, samples: 101) {
            for _ in 0..<operations { Stopwatch.consume(try? LayoutPlan(checking: arm)) }
        }
        table.add(["AArch64, 5 GiB", BenchmarkTable.time(plan.median), BenchmarkTable.time(checked.median), "OpenVMM 1.09 µs"])
        return table
    }

    private static func pool(_ stretch: ClosedRange<UInt64> = 0x1000_0000...0xFF_FFFF_FFFF) -> ResourcePool {
        do throws(ResourceError) {
            return try ResourcePool([stretch], alignment: 4096)
        } catch {
            preconditionFailure("a pool of one stretch: \(error)")
        }
    }

    /// N allocations are made, every second one is freed and made again.
    private static func allocations() -> BenchmarkTable {
        var table = BenchmarkTable(
            "Allocation, free and allocation again, an operation", columns: ["N", "Strata", "crosvm", "vm-allocator"])
        for (count, crosvm, other) in [
            (32, "87-180 ns", "313-467 ns"), (256, "102-202 ns", "1.93-2.64 µs"), (4096, "204-308 ns", "29.6-34.6 µs"),
        ] {
            let rounds = max(1, 4096 / count)
            let figure = Stopwatch.measure(operations: rounds * count * 2, samples: 51) {
                for _ in 0..<rounds {
                    var pool = pool()
                    for index in 0..<UInt64(count) { _ = try? pool.allocate(0x1000, for: .anonymous(index), tag: "x") }
                    for index in stride(from: 0, to: UInt64(count), by: 2) { _ = try? pool.release(.anonymous(index)) }
                    for index in stride(from: 0, to: UInt64(count), by: 2) {
                        _ = try? pool.allocate(0x1000, for: .anonymous(index), tag: "x")
                    }
                    Stopwatch.consume(pool)
                }
            }
            table.add(["\(count)", BenchmarkTable.time(figure.median), crosvm, other])
        }
        return table
    }

    /// An allocation, and its release, past holes that are all too small.
    private static func fragmented() -> BenchmarkTable {
        var table = BenchmarkTable("Past holes that are too small", columns: ["holes", "Strata", "crosvm", "vm-allocator"])
        for (holes, crosvm, other) in [(128, "1.08 µs", ""), (2048, "7.40 µs", "95.0 µs"), (16_384, "", "")] {
            var pool = pool()
            for index in 0..<UInt64(holes) * 2 { _ = try? pool.allocate(0x1000, for: .anonymous(index), tag: "x") }
            for index in stride(from: 0, to: UInt64(holes) * 2, by: 2) { _ = try? pool.release(.anonymous(index)) }
            let figure = Stopwatch.measure(operations: operations, samples: 51) {
                for _ in 0..<operations {
                    _ = try? pool.allocate(0x2000, for: .anonymous(1 << 40), tag: "large")
                    _ = try? pool.release(.anonymous(1 << 40))
                }
            }
            table.add(["\(holes)", BenchmarkTable.time(figure.median), crosvm, other])
        }
        return table
    }

    private static func reads() -> BenchmarkTable {
        var table = BenchmarkTable(
            "Reads of 8 bytes", columns: ["regions", "inside, any region", "across two regions", "lookup", "others"])
        for (count, others) in [
            (1, ""), (3, "vm-memory 51-76 ns, crosvm's steps 2.7-5.8 ns"), (8, "crosvm's lookup 7.4 ns"),
            (256, "vm-memory's lookup 16.5-25 ns, crosvm's 199 ns"),
        ] {
            let byteCount: UInt64 = 1 << 16
            let base = UnsafeMutableRawPointer.allocate(byteCount: Int(byteCount) * count, alignment: 4096)
            unsafe base.initializeMemory(as: UInt8.self, repeating: 7, count: Int(byteCount) * count)
            var pieces: [(range: PhysicalRange, base: UnsafeMutableRawPointer)] = unsafe []
            for index in 0..<UInt64(count) {
                guard let range = PhysicalRange(start: PhysicalAddress(index * byteCount), byteCount: byteCount) else { continue }
                unsafe pieces.append((range, base + Int(index * byteCount)))
            }
            guard let memory = unsafe try? GuestMemory(unsafeRegions: pieces) else { preconditionFailure("regions that touch") }
            var random = SeededGenerator(seed: 1)
            let inside = (0..<operations).map { _ in
                PhysicalAddress(UInt64(random.below(count)) * byteCount + UInt64(random.below(Int(byteCount) - 8)))
            }
            let across = (0..<operations).map { _ in
                PhysicalAddress(UInt64(1 + random.below(max(count - 1, 1))) * byteCount - 1 - UInt64(random.below(7)))
            }
            let first = measure(memory, inside)
            let second = count > 1 ? BenchmarkTable.time(measure(memory, across)) : ""
            let lookup = lookups(memory, inside)
            table.add(["\(count)", BenchmarkTable.time(first), second, BenchmarkTable.time(lookup), others])
            unsafe base.deallocate()
        }
        return table
    }

    private static func measure(_ memory: borrowing GuestMemory, _ addresses: [PhysicalAddress]) -> Double {
        let clock = ContinuousClock()
        var samples: [Double] = []
        var sum: UInt64 = 0
        for _ in 0..<101 {
            let start = clock.now
            for address in addresses { sum &+= (try? memory.read(UInt64.self, at: address)) ?? 0 }
            samples.append(nanoseconds(start.duration(to: clock.now)) / Double(addresses.count))
        }
        Stopwatch.consume(sum)
        return Measurement(samples: samples).median
    }

    private static func lookups(_ memory: borrowing GuestMemory, _ addresses: [PhysicalAddress]) -> Double {
        let clock = ContinuousClock()
        var samples: [Double] = []
        var sum = 0
        for _ in 0..<101 {
            let start = clock.now
            for address in addresses { sum &+= memory.region(containing: address) ?? 0 }
            samples.append(nanoseconds(start.duration(to: clock.now)) / Double(addresses.count))
        }
        Stopwatch.consume(sum)
        return Measurement(samples: samples).median
    }

    private static func nanoseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    }
}
