import BenchmarkHarness
import MemoryMap
import SeededRandom
import UEFIMemory

/// What the memory services cost: swift run -c release UEFIMemoryServicesBenchmark
///
/// Samples are short, so that the median is of those that nobody else's work fell into.
@main
enum UEFIMemoryServicesBenchmark {
    static func main() throws {
        Stopwatch.pin()
        print(try descriptors().markdown)
        print(try pool().markdown)
        print(try churn().markdown)
    }

    /// Services over memory from 16 MiB up. It is as large as a machine's and mostly never touched, so that it costs nothing.
    static func services(pages: UInt64) throws -> MemoryServices {
        guard let range = PhysicalRange(start: PhysicalAddress(16 << 20), pages: PageCount(pages)) else {
            preconditionFailure("pages within the address space")
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(pages) << 12, alignment: 4096)
        return try MemoryServices(memory: range, window: unsafe MemoryWindow(range, at: memory))
    }

    /// A map of so many rows: single pages in use with single free pages between.
    static func scattered(_ rows: Int) throws -> MemoryServices {
        var services = try services(pages: UInt64(rows) * 2 + 16384)
        var pages: [PhysicalAddress] = []
        // The rows that are there besides: what is free below, and the records, in one or two places.
        while services.descriptorCount < rows {
            pages.removeAll(keepingCapacity: true)
            let missing = rows - services.descriptorCount
            for _ in 0..<max(missing / 2, 1) * 2 {
                pages.append(try services.allocatePages(.anywhere, .loaderData, PageCount(1)))
            }
            for index in stride(from: 0, to: pages.count, by: 2) { try services.freePages(at: pages[index], PageCount(1)) }
            // Filled, so that the next round does not take these pages.
            if services.descriptorCount >= rows { break }
            for index in stride(from: 0, to: pages.count, by: 2) {
                _ = try services.allocatePages(.at(pages[index]), index % 4 == 0 ? .acpiReclaim : .loaderCode, PageCount(1))
            }
        }
        return services
    }

    private static func descriptors() throws -> BenchmarkTable {
        var table = BenchmarkTable(
            "Pages and the map",
            columns: [
                "descriptors", "AllocatePages(Any, 1) + FreePages", "EDK II", "AllocatePages(Any, 2) + FreePages", "GetMemoryMap",
                "EDK II",
            ])
        let rivals = [
            (22, "336 ns", "0.52 µs"), (202, "3.6 µs", "22.8 µs"), (2_002, "39 µs", "1.80 ms"),
            (20_002, "468 µs", "213 ms"), (40_002, "1,259 µs", "809 ms"),
        ]
        for (rows, rivalPair, rivalMap) in rivals {
            var services = try scattered(rows)
            let count = services.descriptorCount
            let single = measurePair(&services, 1)
            let double = measurePair(&services, 2)
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count * MemoryServices.descriptorSize, alignment: 8)
            let map = unsafe measureMap(services, bytes)
            unsafe bytes.deallocate()
            table.add([
                "\(count)", BenchmarkTable.time(single.median), rivalPair, BenchmarkTable.time(double.median),
                BenchmarkTable.time(map.median), rivalMap,
            ])
        }
        return table
    }

    private static func measurePair(_ services: inout MemoryServices, _ pages: UInt64) -> Measurement {
        let operations = 1_000
        return Stopwatch.measure(operations: operations, samples: 201) {
            for _ in 0..<operations {
                guard let page = try? services.allocatePages(.anywhere, .bootServicesData, PageCount(pages)) else {
                    fatalError("no page")
                }
                try? services.freePages(at: page, PageCount(pages))
            }
        }
    }

    private static func measureMap(_ services: borrowing MemoryServices, _ buffer: UnsafeMutableRawBufferPointer) -> Measurement {
        Stopwatch.measure(operations: 1, samples: 201) {
            var bytes = unsafe buffer.mutableBytes
            guard (try? services.memoryMap(into: &bytes)) != nil else { fatalError("no map") }
        }
    }

    private static func measurePool(
        _ services: inout MemoryServices, _ byteCount: UInt64, _ type: MemoryType = .bootServicesData
    ) -> Measurement {
        let operations = 1_000
        return Stopwatch.measure(operations: operations, samples: 201) {
            for _ in 0..<operations {
                guard let buffer = try? services.allocatePool(type, byteCount: byteCount) else {
                    fatalError("no buffer")
                }
                try? services.freePool(at: buffer)
            }
        }
    }

    private static func pool() throws -> BenchmarkTable {
        var table = BenchmarkTable("Pool", columns: ["AllocatePool + FreePool", "time", "EDK II"])
        for (size, rival) in [(UInt64(64), "61.5 ns"), (8_000, "219 ns"), (100_000, "")] {
            var services = try services(pages: 1 << 16)
            let other = measurePool(&services, size, .loaderData)
            table.add(["\(size) B, the only buffer of another type", BenchmarkTable.time(other.median), rival])
            table.add(["\(size) B, the only buffer", BenchmarkTable.time(measurePool(&services, size).median), rival])
            for _ in 0..<100 { _ = try services.allocatePool(.bootServicesData, byteCount: size) }
            table.add(["\(size) B beside 100 others", BenchmarkTable.time(measurePool(&services, size).median), rival])
        }
        return table
    }
}
