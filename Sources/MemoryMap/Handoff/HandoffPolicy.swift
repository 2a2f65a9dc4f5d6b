/// The rule by which an operating system takes over memory after ExitBootServices.
///
/// The specification leaves it to the operating system what it does with the loader's and the boot services' memory; the
/// rules here are those of Linux, FreeBSD and macOS, with the functions that hold them.
public enum HandoffPolicy: UInt8, Hashable, Sendable, CaseIterable {
    /// Linux on x86 (`arch/x86/platform/efi/efi.c`, `do_add_efi_memmap`): loader, boot services and conventional memory are RAM
    /// where they can be write-back and are not of specific purpose.
    ///
    /// Its EFI stub, which makes the same choice by type, does not ask for write-back; firmware gives it to all RAM, and the
    /// stricter rule cannot promise too much.
    case linuxX86

    /// Linux on 64-bit ARM (`drivers/firmware/efi/efi-init.c`, `is_usable_memory`): the types of ``linuxX86``, ACPI reclaim memory and
    /// persistent memory are RAM where they can be write-back and are not of specific purpose.
    ///
    /// ACPI reclaim memory counts as RAM there, but Linux keeps the tables in place for a later kernel: an allocator that
    /// does not must have read them first.
    case linuxARM64

    /// FreeBSD on x86 (`sys/amd64/amd64/machdep.c`, `add_efi_map_entries`): loader, boot services and conventional memory are RAM,
    /// whatever their attributes.
    case freeBSD

    /// macOS on x86 (`osfmk/i386/i386_vm_init.c`): the types of ``freeBSD``, except where the boot loader keeps memory for the
    /// kernel by bit 59 of the attributes.
    case xnu

    public var name: StaticString {
        switch self {
        case .linuxX86: "x86 Linux"
        case .linuxARM64: "arm64 Linux"
        case .freeBSD: "FreeBSD"
        case .xnu: "XNU"
        }
    }

    /// The rule in one line, for reports.
    public var description: StaticString {
        switch self {
        case .linuxX86: "loader, boot services and conventional memory, where WB and not SP"
        case .linuxARM64: "loader, boot services, conventional, ACPI reclaim and persistent memory, where WB and not SP"
        case .freeBSD: "loader, boot services and conventional memory"
        case .xnu: "loader, boot services and conventional memory, where bit 59 is clear"
        }
    }
}

extension HandoffPolicy {
    /// What becomes of memory of `type` with `attributes`.
    ///
    /// Runtime services and ACPI NVS memory stay with the firmware, PAL code and the types without a meaning here (OEM, operating
    /// system, unknown) are reserved: Linux leaves alone what it does not know.
    public func fate(of type: MemoryType, attributes: MemoryAttributes) -> MemoryFate {
        switch type {
        case .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .conventional:
            fateOfRAM(attributes, refused: .reserved)
        case .acpiReclaim:
            self == .linuxARM64 ? fateOfRAM(attributes, refused: .acpiReclaimable) : .acpiReclaimable
        case .persistent:
            self == .linuxARM64 ? fateOfRAM(attributes, refused: .persistent) : .persistent
        case .runtimeServicesCode, .runtimeServicesData, .acpiNVS: .keptByFirmware
        case .memoryMappedIO, .memoryMappedIOPortSpace: .memoryMappedIO
        case .unaccepted: .unaccepted
        case .unusable: .unusable
        default: .reserved
        }
    }

    /// What becomes of `region`.
    @inlinable
    public func fate(of region: MemoryRegion) -> MemoryFate { fate(of: region.type, attributes: region.attributes) }

    private func fateOfRAM(_ attributes: MemoryAttributes, refused: MemoryFate) -> MemoryFate {
        switch self {
        case .freeBSD: return .usable
        case .xnu: return attributes.contains(.keptForKernel) ? refused : .usable
        case .linuxX86, .linuxARM64: break
        }
        if attributes.contains(.specificPurpose) { return .softReserved }
        return attributes.contains(.writeBack) ? .usable : refused
    }
}

extension MemoryAttributes {
    /// Set by the boot loader of macOS for memory that the kernel must not hand out (`EFI_MEMORY_KERN_RESERVED` in XNU); a bit of
    /// the field that the specification leaves to processor architectures.
    public static let keptForKernel = MemoryAttributes(rawValue: 1 << 59)
}

extension MemoryRegion {
    /// Whether the firmware's allocator would give this memory out today: conventional and not of specific purpose.
    @inlinable
    public var isUsableNow: Bool { type == .conventional && !attributes.contains(.specificPurpose) }
}
