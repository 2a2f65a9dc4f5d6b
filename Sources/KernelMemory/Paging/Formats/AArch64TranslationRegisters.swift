/// The system registers that go with `AArch64PageTables`.
public enum AArch64TranslationRegisters {
    /// MAIR_EL1: the memory types behind AttrIndx 0 to 3 of the entries, as UEFI names them.
    ///
    /// Device-nGnRnE (0x00, UC), Normal Non-cacheable (0x44, WC), Normal write-through (0xbb, WT), Normal write-back (0xff, WB).
    /// UEFI 2.10, section 2.3.6.1; Arm ARM, section D19.2 (MAIR_EL1).
    public static let memoryAttributeIndirection: UInt64 = 0xffbb_4400

    /// TCR_EL1 for a processor whose ID_AA64MMFR0_EL1 reads `memoryModelFeatures`.
    ///
    /// T0SZ = 16 (48-bit addresses), TG0 = 4 KiB, table walks inner and outer write-back write-allocate and inner shareable,
    /// IPS = the processor's physical address size (at most 48 bits), EPD1 = 1 (no walks through TTBR1); T1SZ and TG1 hold
    /// valid values although nothing reads them. Arm ARM, section D19.2 (TCR_EL1).
    public static func translationControl(memoryModelFeatures: UInt64) -> UInt64 {
        let size: UInt64 = 16
        let writeBackWriteAllocate: UInt64 = 0b01
        let innerShareable: UInt64 = 0b11
        let lower = size | writeBackWriteAllocate << 8 | writeBackWriteAllocate << 10 | innerShareable << 12
        let granule4KiB: UInt64 = 0b10
        let upper = size << 16 | 1 << 23 | granule4KiB << 30
        return lower | upper | intermediateSize(memoryModelFeatures) << 32
    }

    /// The output address size in bits, 32 to 48, of a processor whose ID_AA64MMFR0_EL1 reads `memoryModelFeatures`.
    public static func physicalAddressBits(memoryModelFeatures: UInt64) -> UInt8 {
        switch intermediateSize(memoryModelFeatures) {
        case 0: 32
        case 1: 36
        case 2: 40
        case 3: 42
        case 4: 44
        default: 48
        }
    }

    /// PARange (bits 3:0) as IPS takes it; 52 bits and more need another granule or another descriptor format, so they count as 48.
    private static func intermediateSize(_ memoryModelFeatures: UInt64) -> UInt64 { min(memoryModelFeatures & 0xf, 5) }
}
