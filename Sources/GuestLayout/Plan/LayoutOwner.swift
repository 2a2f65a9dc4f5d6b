/// What a range of guest physical memory belongs to; `index` tells several of a kind apart.
public struct LayoutOwner: Hashable, Sendable {
    public let kind: Kind

    /// The number among those of the same kind, from 0.
    public let index: UInt8

    public init(_ kind: Kind, _ index: UInt8 = 0) {
        self.kind = kind
        self.index = index
    }

    /// The kinds of owners of both architectures.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        // The address space: what answers at an address. No two of these may overlap.
        case ram
        case legacyHole
        case protectedFirmware
        case staticBounceBuffer
        case firmware
        case flash
        case lowMMIO
        case platformMMIO
        case highMMIO
        case persistentStore
        case ecam
        case virtualConfiguration
        case identityMap
        case taskStateSegment
        case localAPIC
        case ioAPIC
        case serial
        case realTimeClock
        case watchdog
        case pciConfiguration
        case cpuFrequency
        case paravirtualizedTime
        case gicCPUInterface
        case gicDistributor
        case gicRedistributors
        case gicTranslationService
        case mappedFile

        // The contents: what lies in memory when the guest starts. No two of these may overlap either, and each has to lie in one
        // range of the address space that memory stands behind.
        case globalDescriptorTable
        case interruptDescriptorTable
        case multibootInformation
        case zeroPage
        case bootStack
        case pageMapLevel4
        case pageDirectoryPointers
        case pageDirectories
        case commandLine
        case setupData
        case multiprocessorTable
        case multiprocessorPointer
        case acpiTables
        case smbiosTables
        case kernelImage
        case kernelRunTime
        case initialRAMDisk
        case deviceTree
        case bootloader
        case memoryFile
    }
}

extension LayoutOwner.Kind {
    /// Whether it is a part of the address space, not contents of one.
    public var isAddressSpace: Bool { rawValue < Self.globalDescriptorTable.rawValue }

    /// Whether memory of the host stands behind the range, so that contents may lie there.
    public var isMemory: Bool { rawValue <= Self.firmware.rawValue }

    /// Whether the guest may take it for memory of its own: RAM, or what the protected firmware gives back.
    public var isRAM: Bool { self == .ram || self == .protectedFirmware || self == .staticBounceBuffer }

    /// Whether the range is part of the amount of memory that a user asked for.
    var countsAsMemory: Bool { self == .ram || self == .legacyHole || self == .staticBounceBuffer }

    /// Whether it is a pool from which devices get addresses.
    public var isPool: Bool { self == .lowMMIO || self == .platformMMIO || self == .highMMIO }
}
