public import MemoryMap

/// A row of a layout's table, in the form of crosvm's documentation: name, address, end, size, notes.
public struct LayoutRow: Hashable, Sendable {
    /// The name that the row has in crosvm's documentation or code, or "".
    public let name: StaticName

    public let start: PhysicalAddress

    /// The last byte; nil where the row names a point.
    public let last: PhysicalAddress?

    public let note: StaticName

    /// The part of the plan that the row shows, where it is one.
    public let owner: LayoutOwner?

    /// Whether the row lies inside another one.
    public let isContents: Bool
}

extension LayoutPlan {
    /// The table of the layout by address: for the profile of 2024 the rows of its documentation, otherwise all ranges.
    ///
    /// - Complexity: O(*n*²) for *n* ranges; allocates the rows.
    public var rows: [LayoutRow] {
        switch (profile, architecture) {
        case (.crosvmSeed, .x86_64): documentedX86Rows
        case (.crosvmSeed, .aarch64): documentedAArch64Rows
        case (.crosvm, _): allRows
        }
    }

    /// Every range, the contents behind the part of the address space that they lie in.
    private var allRows: [LayoutRow] {
        let map = OwnerMap(self)
        var rows: [LayoutRow] = []
        var content = 0
        for index in map.addressSpace.indices {
            let range = map.addressSpace[index]
            rows.append(row(range))
            let next = index + 1 < map.addressSpace.count ? map.addressSpace[index + 1].start : nil
            while content < map.contents.count, next.map({ map.contents[content].start < $0 }) ?? true {
                rows.append(row(map.contents[content]))
                content += 1
            }
        }
        return rows
    }

    private func row(_ range: LayoutRange) -> LayoutRow {
        let kind = range.owner.kind
        return LayoutRow(
            name: StaticName(kind.constant(architecture)), start: range.start, last: range.last, note: StaticName(kind.name),
            owner: range.owner, isContents: !kind.isAddressSpace)
    }
}

/// Puts the rows of crosvm's documentation together.
private struct RowList {
    let plan: LayoutPlan
    var rows: [LayoutRow] = []

    mutating func add(
        _ name: StaticName, _ start: UInt64?, _ last: UInt64? = nil, _ note: StaticName, _ owner: LayoutOwner.Kind? = nil
    ) {
        guard let start else { return }
        rows.append(
            LayoutRow(
                name: name, start: PhysicalAddress(start), last: last.map { PhysicalAddress($0) }, note: note,
                owner: owner.map { LayoutOwner($0) }, isContents: false))
    }

    /// A row for a part of the plan, left out where the plan has none; `isPoint` rows tell where it starts only.
    mutating func add(
        _ name: StaticName, _ kind: LayoutOwner.Kind, number index: UInt8 = 0, isPoint: Bool = false, _ note: StaticName
    ) {
        guard let range = plan.range(of: LayoutOwner(kind, index)) else { return }
        rows.append(
            LayoutRow(
                name: name, start: range.start, last: isPoint ? nil : range.last, note: note, owner: LayoutOwner(kind, index),
                isContents: false))
    }
}

extension LayoutPlan {
    private var documentedX86Rows: [LayoutRow] {
        var list = RowList(plan: self)
        func start(_ kind: LayoutOwner.Kind) -> UInt64? { range(of: kind)?.start.rawValue }
        list.add("START_OF_RAM_32BITS", start(.ram), nil, "RAM", .ram)
        list.add("ZERO_PAGE_OFFSET", .zeroPage, isPoint: true, "Linux boot_params structure")
        list.add("BOOT_STACK_POINTER", range(of: .bootStack).map { $0.last.rawValue + 1 }, nil, "Boot SP value", .bootStack)
        list.add("boot_pml4_addr", .pageMapLevel4, isPoint: true, "Boot page table")
        list.add("boot_pdpte_addr", .pageDirectoryPointers, isPoint: true, "Boot page table")
        list.add("boot_pde_addr", .pageDirectories, isPoint: true, "Boot page table")
        list.add("CMDLINE_OFFSET", .commandLine, "Linux kernel command line")
        if let window = window(of: .setupData) {
            list.add(
                "SETUP_DATA_START", window.start.rawValue, window.last.rawValue, "Linux kernel setup_data linked list", .setupData
            )
        }
        list.add("ACPI_HI_RSDP_WINDOW_BASE", .acpiTables, isPoint: true, "ACPI tables")
        var end = X86Places.kernel
        if entry?.mode != .reset {
            list.add("KERNEL_START_OFFSET", X86Places.kernel, nil, "Linux kernel image load address", .kernelImage)
            if let kernel = range(of: .kernelImage) { end = kernel.last.rawValue + 1 }
            list.add("initrd_start", .initialRAMDisk, isPoint: true, "Initial RAM disk for Linux kernel (optional)")
            if let disk = range(of: .initialRAMDisk) { end = disk.last.rawValue + 1 }
        }
        if let ram = range(of: .ram), end <= ram.last.rawValue {
            list.add("END_ADDR_BEFORE_32BITS", end, ram.last.rawValue, "RAM (<4G)", .ram)
        }
        list.add("END_ADDR_BEFORE_32BITS", .lowMMIO, "Low (<4G) MMIO allocation area")
        list.add("PCIE_CFG_MMIO_START", .ecam, "PCIe enhanced config (ECAM)")
        list.add("RESERVED_MEM_SIZE", X86Places.lowMMIOLast + 1, X86Places.fourGiB - 1, "LAPIC/IOAPIC/HPET/…")
        list.add("IDENTITY_MAP_ADDR", .identityMap, isPoint: true, "Identity map segment")
        list.add("TSS_ADDR", .taskStateSegment, isPoint: true, "Boot task state segment")
        list.add("", .flash, "Flash memory")
        list.add("", .firmware, "BIOS image")
        list.add("", .ram, number: 1, "RAM (>4G)")
        list.add("", .highMMIO, "High (>4G) MMIO allocation area")
        return list.rows
    }

    private var documentedAArch64Rows: [LayoutRow] {
        var list = RowList(plan: self)
        list.add("SERIAL_ADDR[3]", .serial, number: 3, "Serial port MMIO")
        list.add("SERIAL_ADDR[1]", .serial, number: 1, "Serial port MMIO")
        list.add("SERIAL_ADDR[2]", .serial, number: 2, "Serial port MMIO")
        list.add("SERIAL_ADDR[0]", .serial, number: 0, "Serial port MMIO")
        list.add("AARCH64_RTC_ADDR", .realTimeClock, "Real-time clock")
        list.add("AARCH64_VMWDT_ADDR", .watchdog, "Watchdog device")
        list.add("AARCH64_PCI_CFG_BASE", .pciConfiguration, "PCI configuration (CAM)")
        list.add("AARCH64_VIRTFREQ_BASE", .cpuFrequency, "Virtual cpufreq device")
        list.add("AARCH64_PVTIME_IPA_START", .paravirtualizedTime, "Paravirtualized time (64 KiB at 1ff_0000 in the code)")
        list.add("AARCH64_MMIO_BASE", .lowMMIO, "Low MMIO allocation area")
        // The documentation has one row for either interrupt controller.
        list.add(
            "AARCH64_GIC_CPUI_BASE", AArch64Places.gicCPUInterface, AArch64Places.gicDistributor - 1, "vGIC", .gicCPUInterface)
        list.add("AARCH64_GIC_DIST_BASE", .gicDistributor, "vGIC")
        list.add("AARCH64_AXI_BASE", AArch64Places.gicTranslationService, nil, "Not used")
        list.add("AARCH64_PROTECTED_VM_FW_START", .protectedFirmware, "pVM firmware (if running a protected VM)")
        list.add("AARCH64_PHYS_MEM_START", .ram, "RAM (starts at IPA = 2 GiB)")
        if let loader = range(of: .bootloader) {
            list.add("AARCH64_FDT_OFFSET_IN_BIOS_MODE", .deviceTree, "Flattened device tree in RAM")
            list.add("AARCH64_BIOS_OFFSET", loader.start.rawValue, nil, "Bootloader image in RAM", .bootloader)
        } else {
            list.add("AARCH64_KERNEL_OFFSET", AArch64Places.memory, nil, "Kernel load location in RAM", .kernelImage)
            list.add("initrd_addr", .initialRAMDisk, isPoint: true, "Linux initrd location in RAM")
            list.add("fdt_address", .deviceTree, "Flattened device tree in RAM")
        }
        list.add("get_swiotlb_addr", .staticBounceBuffer, "Only present for hypervisors requiring static swiotlb alloc")
        list.add("plat_mmio_base", .platformMMIO, "Platform device MMIO region")
        list.add("high_mmio_base", .highMMIO, "High MMIO allocation area")
        return list.rows
    }
}

extension LayoutOwner.Kind {
    /// The name in crosvm's code, "" where it has none.
    fileprivate func constant(_ architecture: GuestArchitecture) -> StaticString {
        architecture == .x86_64 ? x86Constant : aarch64Constant
    }

    private var x86Constant: StaticString {
        switch self {
        case .globalDescriptorTable: "BOOT_GDT_OFFSET"
        case .interruptDescriptorTable: "BOOT_IDT_OFFSET"
        case .multibootInformation: "MULTIBOOT_INFO_OFFSET"
        case .zeroPage: "ZERO_PAGE_OFFSET"
        case .bootStack: "BOOT_STACK_POINTER"
        case .pageMapLevel4: "boot_pml4_addr"
        case .pageDirectoryPointers: "boot_pdpte_addr"
        case .pageDirectories: "boot_pde_addr"
        case .commandLine: "CMDLINE_OFFSET"
        case .setupData: "SETUP_DATA_START"
        case .multiprocessorTable: "MPTABLE_START"
        case .acpiTables: "ACPI_HI_RSDP_WINDOW_BASE"
        case .smbiosTables: "SMBIOS_START"
        case .kernelImage: "KERNEL_START_OFFSET"
        case .initialRAMDisk: "initrd_start"
        case .ecam: "PCIE_CFG_MMIO_START"
        case .identityMap: "IDENTITY_MAP_ADDR"
        case .taskStateSegment: "TSS_ADDR"
        case .virtualConfiguration: "PCIE_VCFG_MMIO"
        case .protectedFirmware: "PROTECTED_VM_FW_START"
        default: ""
        }
    }

    private var aarch64Constant: StaticString {
        switch self {
        case .serial: "SERIAL_ADDR"
        case .realTimeClock: "AARCH64_RTC_ADDR"
        case .watchdog: "AARCH64_VMWDT_ADDR"
        case .pciConfiguration: "AARCH64_PCI_CAM_BASE"
        case .cpuFrequency: "AARCH64_VIRTFREQ_BASE"
        case .paravirtualizedTime: "AARCH64_PVTIME_IPA_START"
        case .lowMMIO: "AARCH64_PCI_MEM_BASE"
        case .gicCPUInterface: "AARCH64_GIC_CPUI_BASE"
        case .gicDistributor: "AARCH64_GIC_DIST_BASE"
        case .gicRedistributors: "AARCH64_GIC_REDIST_BASE"
        case .gicTranslationService: "AARCH64_GIC_ITS_BASE"
        case .protectedFirmware: "AARCH64_PROTECTED_VM_FW_START"
        case .ram: "AARCH64_PHYS_MEM_START"
        case .kernelImage: "AARCH64_KERNEL_OFFSET"
        case .initialRAMDisk: "initrd_addr"
        case .deviceTree: "fdt_address"
        case .bootloader: "AARCH64_BIOS_OFFSET"
        case .platformMMIO: "plat_mmio_base"
        case .highMMIO: "high_mmio_base"
        default: ""
        }
    }
}
