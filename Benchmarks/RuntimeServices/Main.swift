import BenchmarkHarness
import MemoryMap
import SeededRandom
import UEFIMemory

/// What the calls around the end of boot services cost: swift run -c release RuntimeServicesBenchmark
@main
enum RuntimeServicesBenchmark {
    static func main() {
        Stopwatch.pin()
        print(attributes().markdown)
        print(addresses().markdown)
    }

    // Samples are short, so that the median is of those that nobody else's work fell into.

    private static func pages(_ first: UInt64, _ count: UInt64) -> PhysicalRange {
        guard let range = PhysicalRange(start: PhysicalAddress(first << 12), pages: PageCount(count)) else {
            preconditionFailure("pages within the address space")
        }
        return range
    }

    /// Restrictions on every second page, then changes and questions at random places.
    private static func attributes() -> BenchmarkTable {
        var table = BenchmarkTable("Memory attribute protocol", columns: ["runs", "set + clear of one page", "get of one page"])
        for runCount in [10, 1_000, 10_000, 100_000] {
            var runs = AttributeRuns(capacity: 2 * runCount + 16)
            for index in 0..<UInt64(runCount) { _ = runs.set(.readOnly, on: pages(1 + 2 * index, 1)) }
            var random = SeededGenerator(seed: 1)
            let places = (0..<256).map { _ in pages(1 + 2 * UInt64(random.below(runCount)), 1) }
            let change = Stopwatch.measure(operations: places.count, samples: 101) {
                for place in places {
                    _ = runs.set(.executeProtected, on: place)
                    _ = runs.clear(.executeProtected, on: place)
                }
            }
            let question = Stopwatch.measure(operations: places.count, samples: 101) {
                for place in places { Stopwatch.consume(runs.uniformAttributes(of: place)) }
            }
            table.add(["\(runCount)", BenchmarkTable.time(change.median), BenchmarkTable.time(question.median)])
        }
        return table
    }

    /// Runtime regions with a hole behind each, mapped in the order of their addresses.
    private static func addresses() -> BenchmarkTable {
        var table = BenchmarkTable(
            "Runtime addresses", columns: ["runtime regions", "SetVirtualAddressMap, a region", "ConvertPointer"])
        for count in [10, 100, 1_000] {
            let descriptorSize = 48
            var bytes = [UInt8](repeating: 0, count: count * descriptorSize)
            unsafe bytes.withUnsafeMutableBytes { buffer in
                var raw = unsafe buffer.mutableBytes
                for index in 0..<count {
                    let start = UInt64(1 + 3 * index) << 12
                    _ = MemoryDescriptor(
                        type: .runtimeServicesData, start: PhysicalAddress(start),
                        virtualStart: VirtualAddress(0xFFFF_8000_0000_0000 + start), pages: PageCount(2),
                        attributes: .runtime
                    ).encode(into: &raw, at: index * descriptorSize)
                }
            }
            var begun = RuntimeAddressing()
            if let view = try? MemoryMapView(validating: bytes.span, descriptorSize: descriptorSize, descriptorVersion: 1) {
                _ = begun.beginRuntime(with: view)
            }
            var addressing = begun
            let set = Stopwatch.measure(operations: count, prepare: { addressing = begun }) {
                try? addressing.setVirtualAddressMap(
                    unsafe bytes.span.bytes, descriptorSize: UInt(descriptorSize), descriptorVersion: 1)
            }
            var random = SeededGenerator(seed: 2)
            let pointers = (0..<256).map { _ in UInt64(1 + 3 * random.below(count)) << 12 + UInt64(random.below(8192)) }
            let convert = Stopwatch.measure(operations: pointers.count, samples: 101) {
                for pointer in pointers { Stopwatch.consume(try? addressing.convertPointer(pointer)) }
            }
            table.add(["\(count)", BenchmarkTable.time(set.median), BenchmarkTable.time(convert.median)])
        }
        return table
    }
}
