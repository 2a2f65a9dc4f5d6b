import CArch
public import KernelMemory

#if arch(x86_64)
    /// The page tables that this architecture's processors walk.
    public typealias NativePageTables = X86_64PageTables
#else
    /// The page tables that this architecture's processors walk.
    public typealias NativePageTables = AArch64PageTables
#endif

extension Processor {
    #if arch(x86_64)
        /// The format of this processor's page tables, with what it can do.
        public static var pageTableFormat: NativePageTables {
            NativePageTables(supportsGibibyteLeaves: supportsGibibyteLeaves, physicalAddressBits: physicalAddressBits)
        }

        /// What IA32_PAT must hold under these tables.
        public static var memoryAttributes: UInt64 { NativePageTables.pageAttributeTable }

        /// Of no meaning on x86-64.
        public static var translationControl: UInt64 { 0 }
    #else
        /// The format of this processor's page tables, with what it can do.
        public static var pageTableFormat: NativePageTables {
            NativePageTables(
                physicalAddressBits: AArch64TranslationRegisters.physicalAddressBits(
                    memoryModelFeatures: arch_read_id_aa64mmfr0_el1()))
        }

        /// What MAIR_EL1 must hold under these tables.
        public static var memoryAttributes: UInt64 { AArch64TranslationRegisters.memoryAttributeIndirection }

        /// What TCR_EL1 must hold under these tables.
        public static var translationControl: UInt64 {
            AArch64TranslationRegisters.translationControl(memoryModelFeatures: arch_read_id_aa64mmfr0_el1())
        }
    #endif
}
