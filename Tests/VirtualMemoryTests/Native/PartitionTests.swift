import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct PartitionTests {
    /// User partition, off-limits partition and kernel partition, by their first and last byte.
    struct Row: Sendable {
        let platform: Platform
        var isLargeAddressAware = true
        let userLast: UInt64
        let offLimits: UInt64
        let kernel: UInt64
        let kernelLast: UInt64
    }

    private static func extended(_ megabytes: UInt64) -> Platform {
        guard let platform = Platform.x86(increaseUserVA: megabytes) else { preconditionFailure("within the bounds") }
        return platform
    }

    static let rows: [Row] = [
        Row(platform: .x86, userLast: 0x7FFE_FFFF, offLimits: 0x7FFF_0000, kernel: 0x8000_0000, kernelLast: 0xFFFF_FFFF),
        Row(
            platform: extended(3072), userLast: 0xBFFE_FFFF, offLimits: 0xBFFF_0000, kernel: 0xC000_0000,
            kernelLast: 0xFFFF_FFFF),
        Row(
            platform: extended(2800), userLast: 0xAEFE_FFFF, offLimits: 0xAEFF_0000, kernel: 0xAF00_0000,
            kernelLast: 0xFFFF_FFFF),
        Row(
            platform: .x64, userLast: 0x7FF_FFFE_FFFF, offLimits: 0x7FF_FFFF_0000, kernel: 0x800_0000_0000, kernelLast: .max),
        Row(
            platform: .ia64, userLast: 0x6FB_FFFE_FFFF, offLimits: 0x6FB_FFFF_0000, kernel: 0x6FC_0000_0000, kernelLast: .max),
        Row(
            platform: .x64Large, userLast: 0x7FFF_FFFE_FFFF, offLimits: 0x7FFF_FFFF_0000, kernel: 0x8000_0000_0000,
            kernelLast: .max),
        Row(platform: .wow64, userLast: 0xFFFE_FFFF, offLimits: 0xFFFF_0000, kernel: 0x1_0000_0000, kernelLast: .max),
    ]

    @Test(arguments: rows) func boundaries(row: Row) throws {
        let table = PartitionTable(platform: row.platform)
        #expect(table.nullPointer == VirtualRange(start: VirtualAddress(0), last: VirtualAddress(0xFFFF)))
        #expect(table.user == VirtualRange(start: VirtualAddress(0x1_0000), last: VirtualAddress(row.userLast)))
        #expect(table.offLimits == VirtualRange(start: VirtualAddress(row.offLimits), byteCount: 0x1_0000))
        #expect(table.kernel == VirtualRange(start: VirtualAddress(row.kernel), last: VirtualAddress(row.kernelLast)))
        #expect(table.reserved == nil)
        #expect(table.partition(of: VirtualAddress(0)) == .nullPointer)
        #expect(table.partition(of: VirtualAddress(0x1_0000)) == .user)
        #expect(table.partition(of: VirtualAddress(row.offLimits)) == .offLimits)
        #expect(table.partition(of: VirtualAddress(row.kernel)) == .kernel)
    }

    @Test func sizes() throws {
        let gigabytes = Self.rows.map { (($0.kernel) >> 30) }
        #expect(gigabytes == [2, 3, 2, 8192, 7152, 131_072, 4])
    }

    @Test func programsNotReadyForLargeAddressesStayBelowTwoGigabytes() throws {
        for platform in [try #require(Platform.x86(increaseUserVA: 3072)), .wow64, .x64, .x64Large, .ia64] {
            let table = PartitionTable(platform: platform, isLargeAddressAware: false)
            #expect(table.user.last.rawValue == 0x7FFE_FFFF)
            #expect(table.reserved?.start.rawValue == 0x7FFF_0000)
            #expect(table.reserved?.end == table.offLimits.start)
            var space = Space(platform: platform, isLargeAddressAware: false, backend: BookkeepingOnly())
            let top = try space.allocate(0, 0x1_0000, [.reserve, .topDown])
            #expect(top == 0x7FFE_0000)
            #expect(status { () throws(NTStatus) in try space.allocate(0x8000_0000, 0x1000, .reserve) } == .invalidParameter2)
        }
        #expect(PartitionTable(platform: .x86, isLargeAddressAware: false) == PartitionTable(platform: .x86))
    }

    @Test func increaseUserVAHasBounds() {
        #expect(Platform.x86(increaseUserVA: 2047) == nil)
        #expect(Platform.x86(increaseUserVA: 3073) == nil)
        #expect(Platform.x86(increaseUserVA: 2048) == .x86)
    }

    @Test func environmentBlocksLieOffTheGrid() throws {
        var space = makeSpace(.x86)
        #expect(try space.createEnvironmentBlock(byteCount: 0x1000).start.rawValue == 0x7FFD_F000)
        #expect(try space.createEnvironmentBlock(byteCount: 0x1000).start.rawValue == 0x7FFD_E000)
        let thread = try space.createEnvironmentBlock(byteCount: 0x1001)
        #expect(thread.start.rawValue == 0x7FFD_C000)
        #expect(try space.query(0x7FFD_C000).byteCount == 0x2000)
        #expect(space.ledger.charge == 0x4000)
        #expect(status { () throws(NTStatus) in try space.free(0x7FFD_C000, 0, .release) } == .invalidPageProtection)
        #expect(status { () throws(NTStatus) in try space.protect(0x7FFD_C000, 1, .noAccess) } == .invalidPageProtection)
        try space.removeEnvironmentBlock(thread.start)
        #expect(try space.createEnvironmentBlock(byteCount: 0x1000).start.rawValue == 0x7FFD_D000)
        // The rest of their granule is free, and of no use to reservations.
        #expect(try space.query(0x7FFD_0000).state == .free)
        #expect(try space.allocate(0, 0x1000, [.reserve, .topDown]) == 0x7FFE_0000)
        #expect(try space.allocate(0, 0x1_0000, [.reserve, .topDown]) == 0x7FFC_0000)
        #expect(status { () throws(NTStatus) in try space.allocate(0x7FFD_F000, 0x1000, .reserve) } == .conflictingAddresses)
        // Where nothing of the granule up to the page is taken, the head can be reserved.
        #expect(try space.allocate(0, 0x4000, [.reserve, .topDown]) == 0x7FFD_0000)
    }

    @Test func pagesOfItaniumHave8KiB() throws {
        var space = makeSpace(.ia64)
        let base = try space.allocate(0, 10 * 1024, .reserve)
        #expect(try space.query(base).byteCount == 16 * 1024)
        var other = makeSpace(.x86)
        let base32 = try other.allocate(0, 10 * 1024, .reserve)
        #expect(try other.query(base32).byteCount == 12 * 1024)
    }
}
