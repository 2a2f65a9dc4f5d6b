import MemoryMap
import SimulatedMachine

/// Where a simulated machine has its RAM and its devices: a PC like QEMU's q35, or a board like its virt.
struct SimulatedLayout {
    /// A range that is no RAM and in the firmware's map all the same.
    struct Device {
        var range: PhysicalRange
        var type: MemoryType
        var attributes: MemoryAttributes
    }

    let architecture: SimulatedBoot.Architecture
    let ram: [PhysicalRange]
    let devices: [Device]

    /// The least memory that the firmware and a kernel have room in, and the most that is simulated.
    private static let least = PageCount(64 << 8)
    private static let most = PageCount(1 << 28)

    init(_ architecture: SimulatedBoot.Architecture, memory: PageCount) throws(SimulatedMachineError) {
        guard memory >= Self.least else { throw .tooLittleMemory(memory, needed: Self.least) }
        guard memory <= Self.most else { throw .tooMuchMemory(memory, most: Self.most) }
        self.architecture = architecture
        let bytes = memory.rawValue * PageCount.pageSize
        switch architecture {
        case .x86_64:
            let belowHole = min(bytes, 2 << 30)
            ram = Self.ranges([
                (0, 0xA_0000), (0x10_0000, belowHole - 0x10_0000), (1 << 32, bytes - belowHole),
            ])
            devices = Self.devices([
                (0xB000_0000, 0x1000_0000, .reserved, [.uncacheable]),
                (0xFFC0_0000, 0x40_0000, .memoryMappedIO, [.uncacheable, .runtime]),
            ])
        case .aarch64:
            ram = Self.ranges([(1 << 30, bytes)])
            devices = Self.devices([
                (0, 0x800_0000, .memoryMappedIO, [.uncacheable, .runtime]),
                (0x901_0000, 0x1_0000, .memoryMappedIO, [.uncacheable, .runtime]),
            ])
        }
    }

    /// The pages to which runtime regions are aligned and rounded (UEFI 2.10, 2.3.6).
    var runtimeGranularity: PageCount { architecture == .aarch64 ? PageCount(16) : PageCount(1) }

    private static func ranges(_ parts: [(start: UInt64, byteCount: UInt64)]) -> [PhysicalRange] {
        parts.compactMap { part in
            part.byteCount > 0 ? PhysicalRange(start: PhysicalAddress(part.start), byteCount: part.byteCount) : nil
        }
    }

    private static func devices(_ parts: [(UInt64, UInt64, MemoryType, MemoryAttributes)]) -> [Device] {
        parts.compactMap { start, byteCount, type, attributes in
            PhysicalRange(start: PhysicalAddress(start), byteCount: byteCount).map {
                Device(range: $0, type: type, attributes: attributes)
            }
        }
    }
}
