/// The kinds of memory maps that are read: who prints them, in which grammar.
public enum MapKind: UInt8, Hashable, Sendable, CaseIterable {
    case linuxE820
    case linuxEFI
    case linuxEFIByAddress
    case linuxMemoryAttributes
    case linuxIOMem
    case linuxFirmwareMemmap
    case linuxMemblock
    case linuxZones
    case linuxReservedMemory
    case linuxE820Update
    case shellMemmap
    case shellTable
    case gcd
    case memoryAttributesTable
    case openCore
    case grubEFI
    case grubMemory
    case uBootEFI
    case uBootLMB
    case limine
    case coreboot
    case xen
    case xenEFI
    case freeBSDSMAP
    case freeBSDChunks
    case freeBSDEFI
    case openBSDMemory
    case netBSDMemory
    case esxi
    case qemuMemoryTree
    case uefiRS
    case descriptorCSV
    case pagingAudit
    case regionReport
    case efiDescriptors
    case runtimeMap
    case e820Table
    case multiboot1
    case multiboot2
    case deviceTree
    case minidump

    /// The name by which commands and documents call the kind.
    public var name: StaticString {
        switch self {
        case .linuxE820: "linux-e820"
        case .linuxEFI: "linux-efi"
        case .linuxEFIByAddress: "linux-efi-arm"
        case .linuxMemoryAttributes: "linux-memattr"
        case .linuxIOMem: "linux-iomem"
        case .linuxFirmwareMemmap: "linux-firmware-memmap"
        case .linuxMemblock: "linux-memblock"
        case .linuxZones: "linux-zones"
        case .linuxReservedMemory: "linux-reserved-mem"
        case .linuxE820Update: "linux-e820-update"
        case .shellMemmap: "uefi-shell"
        case .shellTable: "uefi-shell-sfo"
        case .gcd: "edk2-gcd"
        case .memoryAttributesTable: "edk2-mat"
        case .openCore: "opencore"
        case .grubEFI: "grub-lsefimmap"
        case .grubMemory: "grub-lsmmap"
        case .uBootEFI: "u-boot-efi"
        case .uBootLMB: "u-boot-lmb"
        case .limine: "limine"
        case .coreboot: "coreboot"
        case .xen: "xen-e820"
        case .xenEFI: "xen-efi"
        case .freeBSDSMAP: "freebsd-smap"
        case .freeBSDChunks: "freebsd-chunks"
        case .freeBSDEFI: "freebsd-efi"
        case .openBSDMemory: "openbsd-memory"
        case .netBSDMemory: "netbsd-memory"
        case .esxi: "esxi"
        case .qemuMemoryTree: "qemu-mtree"
        case .uefiRS: "uefi-rs"
        case .descriptorCSV: "descriptor-csv"
        case .pagingAudit: "paging-audit"
        case .regionReport: "region-report"
        case .efiDescriptors: "efi-descriptors"
        case .runtimeMap: "efi-runtime-map"
        case .e820Table: "e820-table"
        case .multiboot1: "multiboot1"
        case .multiboot2: "multiboot2"
        case .deviceTree: "device-tree"
        case .minidump: "minidump"
        }
    }

    /// The kind with a ``name``; nil where there is none.
    public init?(named name: String) {
        guard let kind = Self.allCases.first(where: { "\($0.name)" == name }) else { return nil }
        self = kind
    }

    /// Whether the rows are UEFI memory descriptors, whose types and attributes the firmware's rules apply to.
    public var isUEFI: Bool {
        switch self {
        case .linuxEFI, .linuxEFIByAddress, .shellMemmap, .shellTable, .openCore, .grubEFI, .uBootEFI, .xenEFI, .freeBSDEFI,
            .esxi, .uefiRS, .descriptorCSV, .pagingAudit, .regionReport, .efiDescriptors, .runtimeMap:
            true
        default: false
        }
    }

    /// Whether the rows are of the BIOS's memory map, in which the highest type wins where rows overlap.
    public var isE820: Bool {
        switch self {
        case .linuxE820, .xen, .freeBSDSMAP, .linuxFirmwareMemmap, .grubMemory, .e820Table, .multiboot1, .multiboot2: true
        default: false
        }
    }

    /// Whether the map is a list of RAM, reservations or attributes beside a map rather than the whole of one.
    public var isAuxiliary: Bool {
        switch self {
        case .linuxMemoryAttributes, .linuxMemblock, .linuxZones, .linuxReservedMemory, .linuxE820Update, .uBootLMB,
            .memoryAttributesTable, .freeBSDChunks, .runtimeMap, .minidump:
            true
        default: false
        }
    }
}

/// How a source says where a row ends.
public enum EndConvention: UInt8, Hashable, Sendable {
    /// By the last byte.
    case inclusive

    /// By the byte after the last.
    case exclusive

    /// By a number of bytes.
    case length

    /// By a number of 4 KiB pages.
    case pages

    public var name: StaticString {
        switch self {
        case .inclusive: "inclusive"
        case .exclusive: "exclusive"
        case .length: "length"
        case .pages: "pages"
        }
    }
}
