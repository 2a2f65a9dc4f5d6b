import GuestLayout
import MemoryMap
import Testing

/// The tables of crosvm's documentation of February 2024, row for row.
@Suite("Documented tables")
struct DocumentedTableTests {
    /// Name, address and, where the table has one, the end.
    typealias Row = (name: StaticName, start: UInt64, end: UInt64?)

    private func expect(_ plan: LayoutPlan, _ rows: [Row], sourceLocation: SourceLocation = #_sourceLocation) {
        let found = plan.rows
        #expect(found.count == rows.count, sourceLocation: sourceLocation)
        for (found, row) in zip(found, rows) {
            #expect(found.name == row.name, sourceLocation: sourceLocation)
            #expect(found.start == PhysicalAddress(row.start), "\(row.name)", sourceLocation: sourceLocation)
            #expect(
                found.last?.advanced(by: 1) == row.end.map { PhysicalAddress($0) }, "\(row.name)", sourceLocation: sourceLocation)
        }
    }

    @Test func x86() throws {
        var request = X86LayoutRequest(memoryByteCount: 5 << 30)
        request.profile = .crosvmSeed
        request.payload = .kernel(.bzImage(BzImage(byteCount: 0x60_0000 + 5 * 512, runTimeByteCount: 0)))
        request.initialRAMDiskByteCount = 0x10_0000
        expect(
            try LayoutPlan(checking: request),
            [
                ("START_OF_RAM_32BITS", 0, nil), ("ZERO_PAGE_OFFSET", 0x7000, nil), ("BOOT_STACK_POINTER", 0x8000, nil),
                ("boot_pml4_addr", 0x9000, nil), ("boot_pdpte_addr", 0xA000, nil), ("boot_pde_addr", 0xB000, nil),
                ("CMDLINE_OFFSET", 0x2_0000, 0x2_0800), ("SETUP_DATA_START", 0x2_0800, 0xE_0000),
                ("ACPI_HI_RSDP_WINDOW_BASE", 0xE_0000, nil), ("KERNEL_START_OFFSET", 0x20_0000, nil),
                ("initrd_start", 0x80_0000, nil), ("END_ADDR_BEFORE_32BITS", 0x90_0000, 0xD000_0000),
                ("END_ADDR_BEFORE_32BITS", 0xD000_0000, 0xF400_0000), ("PCIE_CFG_MMIO_START", 0xF400_0000, 0xF800_0000),
                ("RESERVED_MEM_SIZE", 0xF800_0000, 0x1_0000_0000), ("IDENTITY_MAP_ADDR", 0xFEFF_C000, nil),
                ("TSS_ADDR", 0xFEFF_D000, nil), ("", 0x1_0000_0000, 0x1_7000_0000), ("", 0x1_7000_0000, 1 << 46),
            ])
    }

    @Test func aarch64Kernel() throws {
        var request = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        request.profile = .crosvmSeed
        request.interruptController = .gicV2
        request.payload = .kernel(.arm64(ARM64Image(byteCount: 0x100_0000, imageByteCount: 0x100_0000)))
        request.initialRAMDiskByteCount = 0x10_0000
        request.isProtected = true
        request.staticBounceBufferByteCount = 64 << 20
        expect(
            try LayoutPlan(checking: request),
            Self.aarch64Common + [
                ("AARCH64_KERNEL_OFFSET", 0x8000_0000, nil), ("initrd_addr", 0x8100_0000, nil),
                ("fdt_address", 0xBFE0_0000, 0xC000_0000),
                ("get_swiotlb_addr", 0xC000_0000, 0xC400_0000), ("plat_mmio_base", 0xC400_0000, 0xC480_0000),
                ("high_mmio_base", 0xC480_0000, 1 << 40),
            ])
    }

    @Test func aarch64Bootloader() throws {
        var request = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        request.profile = .crosvmSeed
        request.payload = .bootloader(byteCount: 0x10_0000)
        request.isProtected = true
        expect(
            try LayoutPlan(checking: request),
            Self.aarch64Common + [
                ("AARCH64_FDT_OFFSET_IN_BIOS_MODE", 0x8000_0000, 0x8020_0000), ("AARCH64_BIOS_OFFSET", 0x8020_0000, nil),
                ("plat_mmio_base", 0xC000_0000, 0xC080_0000), ("high_mmio_base", 0xC080_0000, 1 << 40),
            ])
        request.payload = .bootloader(byteCount: 0x10_0001)
        #expect(throws: LayoutRefusal.self) { try LayoutPlan(checking: request) }
    }

    static let aarch64Common: [Row] = [
        ("SERIAL_ADDR[3]", 0x2E8, 0x2F0), ("SERIAL_ADDR[1]", 0x2F8, 0x300), ("SERIAL_ADDR[2]", 0x3E8, 0x3F0),
        ("SERIAL_ADDR[0]", 0x3F8, 0x400), ("AARCH64_RTC_ADDR", 0x2000, 0x3000), ("AARCH64_VMWDT_ADDR", 0x3000, 0x4000),
        ("AARCH64_PCI_CFG_BASE", 0x1_0000, 0x2_0000), ("AARCH64_VIRTFREQ_BASE", 0x104_0000, 0x105_0000),
        ("AARCH64_PVTIME_IPA_START", 0x1F0_0000, 0x200_0000), ("AARCH64_MMIO_BASE", 0x200_0000, 0x400_0000),
        ("AARCH64_GIC_CPUI_BASE", 0x3FFD_0000, 0x3FFF_0000), ("AARCH64_GIC_DIST_BASE", 0x3FFF_0000, 0x4000_0000),
        ("AARCH64_AXI_BASE", 0x4000_0000, nil), ("AARCH64_PROTECTED_VM_FW_START", 0x7FC0_0000, 0x8000_0000),
        ("AARCH64_PHYS_MEM_START", 0x8000_0000, 0xC000_0000),
    ]

    @Test func everyRangeHasARow() throws {
        var request = X86LayoutRequest(memoryByteCount: 5 << 30)
        request.initialRAMDiskByteCount = 1 << 20
        let plan = try LayoutPlan(request)
        #expect(plan.rows.count == plan.addressSpace.count + plan.contents.count)
        #expect(plan.rows.contains { $0.name == "initrd_start" && $0.isContents })
    }
}
