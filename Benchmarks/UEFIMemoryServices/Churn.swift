import BenchmarkHarness
import MemoryMap
import SeededRandom
import UEFIMemory

extension UEFIMemoryServicesBenchmark {
    /// How buffers are chosen: of any size from 1 byte to 256 KiB, all powers of two alike; or mostly small, as firmware's are.
    struct Mix {
        var name: String
        /// How many in a hundred have more than 4 KiB; nil for sizes whose logarithm is uniform.
        var percentLarge: Int?
        /// How many in a hundred of those of 4 KiB and more are pages instead of pool.
        var percentPages: Int

        func size(_ random: inout SeededGenerator) -> UInt64 {
            let exponent: Int
            if let percentLarge {
                exponent = random.chance(percentLarge) ? 12 + random.below(6) : random.below(12)
            } else {
                exponent = random.below(18)
            }
            return UInt64(1 << exponent + random.below(1 << exponent)) + 1
        }
    }

    struct Block {
        var address: PhysicalAddress
        var pages: UInt64
    }

    static let churnTypes: [MemoryType] = [
        .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .runtimeServicesCode, .runtimeServicesData, .acpiReclaim,
        .acpiNVS,
    ]

    static func churn() throws -> BenchmarkTable {
        var table = BenchmarkTable(
            "Churn: 8 types, 1 B to 256 KiB, about 10,000 live, 4,000,000 operations",
            columns: [
                "mix", "an operation", "descriptors at most", "held / asked", "free descriptors at the end", "same map as before",
            ])
        table.add(["EDK II", "1,466 ns", "1,386", "", "46 descriptors and 24 pages more", ""])
        let mixes = [
            Mix(name: "mostly small, large ones half pages", percentLarge: 10, percentPages: 50),
            Mix(name: "uniform powers of two, pool only", percentLarge: nil, percentPages: 0),
            Mix(name: "uniform powers of two, large ones half pages", percentLarge: nil, percentPages: 50),
            Mix(name: "uniform powers of two, large ones pages", percentLarge: nil, percentPages: 100),
        ]
        for mix in mixes { table.add(try churn(mix)) }
        return table
    }

    private static func churn(_ mix: Mix) throws -> [String] {
        var services = try services(pages: 1 << 20)
        let before = services.descriptorCount
        var random = SeededGenerator(seed: 7)
        var live: [Block] = []
        var asked: [UInt64] = []
        var (descriptors, heldPages, askedBytes, sum) = (0, 0.0, 0.0, UInt64(0))
        let clock = ContinuousClock()
        // Each batch is a sample, so that the median is of those that nobody else's work fell into.
        var samples: [Double] = []
        let batch = 10_000
        for _ in 0..<400 {
            // What is to be done is decided before, so that only the services are timed.
            var plan: [(index: Int, size: UInt64, type: MemoryType, isPages: Bool)] = []
            plan.reserveCapacity(batch)
            var count = live.count
            for _ in 0..<batch {
                if count < 5_000 || (count < 10_000 ? random.chance(55) : random.chance(45)) {
                    let size = mix.size(&random)
                    plan.append((-1, size, random.pick(churnTypes), size >= 4096 && random.chance(mix.percentPages)))
                    count += 1
                } else {
                    plan.append((random.below(count), 0, .loaderData, false))
                    count -= 1
                }
            }
            let elapsed = try clock.measure {
                for operation in plan {
                    if operation.index < 0 {
                        if operation.isPages {
                            let pages = PageCount(roundingUp: operation.size)
                            live.append(
                                Block(
                                    address: try services.allocatePages(.anywhere, operation.type, pages), pages: pages.rawValue))
                        } else {
                            live.append(
                                Block(address: try services.allocatePool(operation.type, byteCount: operation.size), pages: 0))
                        }
                        asked.append(operation.size)
                        sum += operation.size
                    } else {
                        let block = live[operation.index]
                        live.swapAt(operation.index, live.count - 1)
                        live.removeLast()
                        asked.swapAt(operation.index, asked.count - 1)
                        sum -= asked.removeLast()
                        if block.pages > 0 {
                            try services.freePages(at: block.address, PageCount(block.pages))
                        } else {
                            try services.freePool(at: block.address)
                        }
                    }
                }
            }
            let (seconds, attoseconds) = elapsed.components
            samples.append((Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(batch))
            descriptors = max(descriptors, services.descriptorCount)
            heldPages += Double(services.usage.pages.rawValue)
            askedBytes += Double(sum)
        }
        for block in live {
            if block.pages > 0 {
                try services.freePages(at: block.address, PageCount(block.pages))
            } else {
                try services.freePool(at: block.address)
            }
        }
        var freeRegions = 0
        services.forEachRegion { if $0.type == .conventional { freeRegions += 1 } }
        return [
            mix.name, BenchmarkTable.time(Measurement(samples: samples).median), "\(descriptors)",
            BenchmarkTable.figure(heldPages * 4096 / askedBytes),
            "\(freeRegions)", before == services.descriptorCount ? "yes" : "no",
        ]
    }
}
