import CArch
public import MemoryMap

/// What the running processor is and can do, as far as loader and kernel must know.
public enum Processor {
    #if arch(x86_64)
        public static let architecture: StaticString = "x86_64"

        /// The alignment of runtime regions in 4 KiB pages (UEFI 2.10, 2.3.4).
        public static let runtimeGranularity: UInt32 = 1
    #else
        public static let architecture: StaticString = "aarch64"

        /// The alignment of runtime regions in 4 KiB pages (UEFI 2.10, 2.3.6).
        public static let runtimeGranularity: UInt32 = 16
    #endif

    /// Stops for good.
    public static func halt() -> Never {
        arch_disable_interrupts()
        while true { arch_wait_for_interrupt() }
    }

    #if arch(x86_64)
        private static func cpuid(_ leaf: UInt32) -> (a: UInt32, b: UInt32, c: UInt32, d: UInt32) {
            var registers: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
            unsafe withUnsafeMutableBytes(of: &registers) { bytes in
                unsafe arch_cpuid(leaf, 0, bytes.baseAddress?.assumingMemoryBound(to: UInt32.self))
            }
            return (registers.0, registers.1, registers.2, registers.3)
        }

        /// Whether a page-directory-pointer entry may map 1 GiB (CPUID 80000001H, EDX bit 26).
        public static var supportsGibibyteLeaves: Bool {
            cpuid(0x8000_0000).a >= 0x8000_0001 && cpuid(0x8000_0001).d >> 26 & 1 == 1
        }

        /// The width of physical addresses in bits (CPUID 80000008H, EAX bits 7:0), 36 where the processor does not tell.
        public static var physicalAddressBits: UInt8 {
            guard cpuid(0x8000_0000).a >= 0x8000_0008 else { return 36 }
            return UInt8(truncatingIfNeeded: cpuid(0x8000_0008).a)
        }

        /// Whether the loader can hand the machine over in its present mode, or what keeps it from doing so.
        public static var obstacle: StaticString? {
            // CR4.LA57: tables of five levels cannot be left without leaving long mode.
            if arch_read_cr4() >> 12 & 1 == 1 { return "the firmware runs with five-level paging, which is not supported" }
            // CPUID 80000001H, EDX bit 20.
            if cpuid(0x8000_0001).d >> 20 & 1 == 0 { return "the processor has no no-execute bit" }
            return nil
        }

        /// The root of the page tables in use.
        public static var pageTableRoot: PhysicalAddress { PhysicalAddress(arch_read_cr3() & 0x000F_FFFF_FFFF_F000) }

        /// Makes changes to the page tables take effect.
        public static func invalidateTranslations() {
            // Global translations are dropped only when CR4.PGE changes.
            let control = arch_read_cr4()
            arch_write_cr4(control & ~(1 << 7))
            arch_write_cr3(arch_read_cr3())
            arch_write_cr4(control)
        }

        /// Makes instructions that were written as data fetchable: x86-64 keeps its caches coherent by itself.
        public static func synchronizeCaches(_ range: PhysicalRange) {}

    #else
        /// The exception level that the processor runs at, 0 to 3.
        public static var exceptionLevel: UInt64 { arch_read_current_el() >> 2 & 3 }

        /// Whether the loader can hand the machine over in its present mode, or what keeps it from doing so.
        public static var obstacle: StaticString? {
            if exceptionLevel != 1 { return "the firmware does not run at exception level 1, which is the only one supported" }
            // ID_AA64MMFR0_EL1.TGran4 (bits 31:28): 15 says that 4 KiB pages are not implemented.
            if arch_read_id_aa64mmfr0_el1() >> 28 & 15 == 15 { return "the processor has no 4 KiB pages" }
            return nil
        }

        public static var pageTableRoot: PhysicalAddress { PhysicalAddress(arch_read_ttbr0_el1() & 0x0000_FFFF_FFFF_F000) }

        public static func invalidateTranslations() { arch_invalidate_translations() }

        public static func synchronizeCaches(_ range: PhysicalRange) {
            arch_synchronize_caches(UInt(range.start.rawValue), range.last.rawValue - range.start.rawValue + 1)
        }
    #endif
}
