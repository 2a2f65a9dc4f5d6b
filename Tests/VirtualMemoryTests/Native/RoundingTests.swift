import MemoryMap
import Testing

@testable import VirtualMemory

/// How calls round what they are given.
@Suite struct RoundingTests {
    /// Base and size asked for; size reserved, from the 64 KiB boundary below the base on.
    static let vectors: [(UInt64, UInt64, UInt64, AllocationType)] = [
        (0x5000_0000, 1, 0x1000, .reserve), (0x5000_8000, 1, 0x9000, .reserve), (0x5000_0010, 0x1000, 0x2000, .reserve),
        (0x5001_0000, 0x2000, 0x2000, .reserve), (0x5000_FFFF, 0x3000, 0x13000, .reserve),
        (0x5000_1010, 0x7000, 0x9000, .reserve), (0x5000_1010, 0xC000, 0xE000, .reserve),
        (0x5000_4080, 0x1000, 0x6000, [.reserve, .commit]), (0x6002_5000, 0x200, 0x6000, .reserve),
    ]

    @Test(arguments: vectors) func reservation(base: UInt64, size: UInt64, rounded: UInt64, type: AllocationType) throws {
        var space = AddressSpace(platform: .x64Large, backend: BookkeepingOnly())
        let range = try space.allocate(
            AllocationRequest(base: VirtualAddress(base), byteCount: size, type: type, protection: .readWrite))
        #expect(range.start.rawValue == base & ~0xFFFF)
        #expect(range.byteCount == rounded)
    }
}
