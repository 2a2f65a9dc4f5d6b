/// The addresses that every x86-64 layout of crosvm has in common.
enum X86Places {
    static let legacyHole: UInt64 = 0xA_0000
    static let oneMiB: UInt64 = 0x10_0000
    static let fourGiB: UInt64 = 0x1_0000_0000

    static let gdt: UInt64 = 0x1500
    static let idt: UInt64 = 0x1528
    static let idtByteCount: UInt64 = 8
    static let multiboot: UInt64 = 0x6000
    static let multibootByteCount: UInt64 = 1000
    static let zeroPage: UInt64 = 0x7000
    static let stackPointer: UInt64 = 0x8000
    static let pml4: UInt64 = 0x9000
    static let pdpt: UInt64 = 0xA000
    static let pageDirectories: UInt64 = 0xB000
    static let commandLine: UInt64 = 0x2_0000
    static let commandLineByteCount: UInt64 = 0x800
    static let setupData: UInt64 = 0x2_0800
    static let setupDataHeaderByteCount: UInt64 = 16
    static let acpi: UInt64 = 0xE_0000
    static let smbios: UInt64 = 0xF_0000
    static let kernel: UInt64 = 0x20_0000

    /// What crosvm writes into the header's `kernel_alignment`, whatever the kernel asked for.
    static let kernelAlignment: UInt64 = 0x100_0000

    static let pciMemory: UInt64 = 0xD000_0000
    static let lowMMIOLast: UInt64 = 0xF7FF_FFFF
    static let ecam: UInt64 = 0xF400_0000
    static let ecamByteCount: UInt64 = 0x400_0000
    static let ecamMostBytes: UInt64 = 0x1000_0000
    static let ioAPIC: UInt64 = 0xFEC0_0000
    static let localAPIC: UInt64 = 0xFEE0_0000
    static let identityMap: UInt64 = 0xFEFF_C000
    static let taskStateSegment: UInt64 = 0xFEFF_D000
    static let taskStateSegmentByteCount: UInt64 = 0x3000
    static let protectedFirmware: UInt64 = 0x7FC0_0000
    static let protectedFirmwareByteCount: UInt64 = 0x40_0000

    /// The highest address that crosvm gives to devices, whatever the processor can reach.
    static let highestMMIO: UInt64 = (1 << 46) - 1

    static func multiprocessorTable(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? 0x9_FC00 : 0x9_E800 }

    static func multiprocessorPointer(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? 0x9_FC00 : 0x9_FFF0 }

    static func setupDataEnd(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? acpi : 0x9_E800 }

    /// Bytes of the MP configuration table: header, processors, buses (ISA and PCI), I/O APIC, interrupts (16 of ISA and those of
    /// PCI), two local interrupts. MultiProcessor Specification 1.4, chapter 4.
    static func multiprocessorTableByteCount(processors: UInt64, pciBuses: UInt64, pciInterrupts: UInt64) -> UInt64 {
        44 + 20 * processors + 8 * (pciBuses + 1) + 8 + 8 * (16 + pciInterrupts) + 16
    }
}
