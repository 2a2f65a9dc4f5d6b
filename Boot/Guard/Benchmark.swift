import CArch
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

/// The firmware's memory services and Strata's under the same calls, one after the other, by the same clock.
///
/// Both are called as programs call them, through a table of services.
struct Benchmark {
    let firmware: BootServices
    let strata: BootServices

    /// The greatest number of descriptors that the maps are cut into.
    let descriptors: Int

    /// Counts of the processor's counter in a second.
    private let frequency: UInt64

    init(firmware: BootServices, strata: BootServices, descriptors: Int) {
        self.firmware = firmware
        self.strata = strata
        self.descriptors = descriptors
        if arch_counter_frequency() > 0 {
            frequency = arch_counter_frequency()
        } else {
            // The firmware's own waiting tells how fast the counter runs; to the nearest ten millionth of a gigahertz.
            let start = arch_read_counter()
            firmware.stall(microseconds: 10_000)
            frequency = (arch_read_counter() &- start) * 100
        }
    }

    /// What is measured.
    private enum Row {
        case pages, smallPool, largePool, memoryMap, churn

        var name: StaticString {
            switch self {
            case .pages: "AllocatePages(1) + FreePages"
            case .smallPool: "AllocatePool(64) + FreePool"
            case .largePool: "AllocatePool(8000) + FreePool"
            case .memoryMap: "GetMemoryMap"
            case .churn: "mixed churn, a call"
            }
        }
    }

    /// Runs every row and tells each.
    func run(_ report: (StaticString, Result, Result, Int) -> Void) throws(EFIStatus) {
        let few = try Memory(firmware, strata, regions: 0)
        try measure(.pages, 2_000, few, report)
        try measure(.smallPool, 4_000, few, report)
        try measure(.largePool, 2_000, few, report)
        try measure(.memoryMap, 200, few, report)
        try measure(.churn, 20_000, few, report)
        var count = 256
        while count <= descriptors {
            let many = try Memory(firmware, strata, regions: count)
            try measure(.pages, 500, many, report)
            try measure(.smallPool, 2_000, many, report)
            try measure(.largePool, 500, many, report)
            try measure(.memoryMap, count > 1_000 ? 2 : 20, many, report)
            try many.discard()
            count *= 4
        }
    }

    /// A measured time and what it was measured on.
    struct Result {
        var picoseconds: UInt64
        var descriptors: UInt64
    }

    private func measure(
        _ row: Row, _ operations: Int, _ memory: borrowing Memory, _ report: (StaticString, Result, Result, Int) -> Void
    ) throws(EFIStatus) {
        let first = try measure(row, operations, firmware)
        let second = try measure(row, operations, strata)
        report(row.name, first, second, operations)
    }

    private func measure(_ row: Row, _ operations: Int, _ services: BootServices) throws(EFIStatus) -> Result {
        let size = services.getMemoryMap(into: nil, capacity: 0)
        let capacity = size.byteCount + 2_048 * size.descriptorSize
        let buffer = try firmware.allocatePages(PageCount(roundingUp: capacity))
        // A first round warms caches of every kind; the second counts.
        try perform(row, min(operations, 200), services, buffer, capacity)
        let start = arch_read_counter()
        try perform(row, operations, services, buffer, capacity)
        let counts = arch_read_counter() &- start
        let answer = services.getMemoryMap(into: buffer, capacity: capacity)
        try firmware.freePages(at: buffer, PageCount(roundingUp: capacity))
        // Microseconds first, so that nothing overflows: counts * 10^12 / (frequency * operations).
        let total = counts.multipliedFullWidth(by: 1_000_000_000)
        guard total.high == 0, operations > 0, frequency >= 1_000 else { throw .deviceError }
        let picoseconds = total.low / (frequency / 1_000) / UInt64(operations)
        return Result(
            picoseconds: picoseconds,
            descriptors: answer.status.isError ? 0 : answer.byteCount / max(answer.descriptorSize, 1))
    }

    private func perform(
        _ row: Row, _ operations: Int, _ services: BootServices, _ buffer: PhysicalAddress, _ capacity: UInt64
    ) throws(EFIStatus) {
        switch row {
        case .pages:
            for _ in 0..<operations { try services.freePages(at: try services.allocatePages(PageCount(1)), PageCount(1)) }
        case .smallPool:
            for _ in 0..<operations { try services.freePool(at: try services.allocatePool(byteCount: 64)) }
        case .largePool:
            for _ in 0..<operations { try services.freePool(at: try services.allocatePool(byteCount: 8000)) }
        case .memoryMap:
            for _ in 0..<operations {
                let answer = services.getMemoryMap(into: buffer, capacity: capacity)
                if answer.status.isError { throw answer.status }
            }
        case .churn: try churn(operations, services)
        }
    }

    /// Blocks of eight types from 1 byte to 256 KiB, about a thousand at a time, pages and pool.
    private func churn(_ operations: Int, _ services: BootServices) throws(EFIStatus) {
        var random: UInt64 = 0x5354_5241_5441_0001
        func next() -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random
        }
        var blocks = [Block?](repeating: nil, count: 1024)
        for _ in 0..<operations {
            let slot = Int(next() % 1024)
            if let block = blocks[slot] {
                try block.free(services)
                blocks[slot] = nil
            } else {
                // As many of each order of magnitude as of any other.
                let size = 1 + next() % (1 << (next() % 18 + 1))
                let type = MemoryType(UInt32(truncatingIfNeeded: [1, 2, 3, 4, 9, 10, 0x8000_0000, 0x8000_0001][Int(next() % 8)]))
                blocks[slot] = try Block(size, type, isPages: next() % 4 == 0, services)
            }
        }
        for block in blocks { try block?.free(services) }
    }

    /// What the churn has allocated.
    private struct Block {
        let address: PhysicalAddress
        let pages: PageCount?

        init(_ size: UInt64, _ type: MemoryType, isPages: Bool, _ services: BootServices) throws(EFIStatus) {
            pages = isPages ? PageCount(roundingUp: size) : nil
            if let pages {
                address = try services.allocatePages(pages, type: type)
            } else {
                address = try services.allocatePool(byteCount: size, type: type)
            }
        }

        func free(_ services: BootServices) throws(EFIStatus) {
            if let pages { try services.freePages(at: address, pages) } else { try services.freePool(at: address) }
        }
    }

    /// Pages of types that alternate, in both services, so that each is a descriptor of its own.
    private struct Memory: ~Copyable {
        private let services: [(BootServices, [PhysicalAddress])]

        init(_ firmware: BootServices, _ strata: BootServices, regions: Int) throws(EFIStatus) {
            var services: [(BootServices, [PhysicalAddress])] = []
            for one in [firmware, strata] {
                var pages: [PhysicalAddress] = []
                pages.reserveCapacity(regions)
                for index in 0..<regions {
                    // Types of an operating system's own have no bins in the firmware.
                    pages.append(
                        try one.allocatePages(PageCount(1), type: MemoryType(index % 2 == 0 ? 0x8000_0000 : 0x8000_0001)))
                }
                services.append((one, pages))
            }
            self.services = services
        }

        func discard() throws(EFIStatus) {
            for (one, pages) in services {
                for page in pages { try one.freePages(at: page, PageCount(1)) }
            }
        }
    }
}
