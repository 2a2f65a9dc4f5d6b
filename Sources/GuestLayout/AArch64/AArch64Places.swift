/// The addresses that every AArch64 layout of crosvm has in common.
enum AArch64Places {
    /// The four serial ports by number; each takes 8 bytes.
    static let serial: [4 of UInt64] = [0x3F8, 0x2F8, 0x3E8, 0x2E8]
    static let realTimeClock: UInt64 = 0x2000
    static let watchdog: UInt64 = 0x3000
    static let pciConfiguration: UInt64 = 0x1_0000
    static let cpuFrequency: UInt64 = 0x104_0000
    static let cpuFrequencyByteCount: UInt64 = 0x1_0000
    static let pciMemory: UInt64 = 0x200_0000
    static let pciMemoryByteCount: UInt64 = 0x200_0000
    static let gicCPUInterface: UInt64 = 0x3FFD_0000
    static let gicDistributor: UInt64 = 0x3FFF_0000
    static let gicRedistributorByteCount: UInt64 = 0x2_0000
    static let gicTranslationService: UInt64 = 0x4000_0000
    static let protectedFirmware: UInt64 = 0x7FC0_0000
    static let protectedFirmwareByteCount: UInt64 = 0x40_0000
    static let memory: UInt64 = 0x8000_0000

    /// The most that a device tree takes, and what its place is a multiple of.
    static let deviceTreeByteCount: UInt64 = 0x20_0000

    static func pciConfigurationByteCount(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? 0x1_0000 : 0x100_0000 }

    static func paravirtualizedTime(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? 0x1F0_0000 : 0x1FF_0000 }

    /// 64 KiB; the documentation's row of 2024 starts lower than its size allows and ends at the same address.
    static func paravirtualizedTimeByteCount(_ profile: LayoutProfile) -> UInt64 { 0x200_0000 - paravirtualizedTime(profile) }

    static func platformByteCount(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? 0x80_0000 : 0x4000_0000 }

    static func initialRAMDiskAlignment(_ profile: LayoutProfile) -> UInt64 { profile == .crosvmSeed ? 0x1000 : 0x100_0000 }
}
