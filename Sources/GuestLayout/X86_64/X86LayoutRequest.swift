public import MemoryMap

/// What an x86-64 guest is made of, as far as it decides where things lie.
public struct X86LayoutRequest: LayoutRequest {
    public var profile = LayoutProfile.crosvm

    /// The guest's RAM in bytes, the legacy area below 1 MiB included.
    public var memoryByteCount: UInt64

    public var payload = Payload.kernel(nil)

    /// The initial RAM disk in bytes, where there is one.
    public var initialRAMDiskByteCount: UInt64?

    /// The command line without its NUL.
    public var commandLineByteCount: UInt64 = 0

    /// The data of each setup_data entry in bytes, without the 16 bytes of its header; at most 32 entries.
    public var setupDataByteCounts: [UInt64] = []

    /// 1 to 254.
    public var virtualProcessorCount: UInt64 = 1

    /// Interrupt entries of PCI devices in the MP table.
    public var pciInterruptCount: UInt64 = 0

    /// PCI buses in the MP table.
    public var pciBusCount: UInt64 = 1

    /// All ACPI tables with their gaps in bytes; nil keeps the whole 64 KiB for them.
    public var acpiByteCount: UInt64?

    /// The SMBIOS entry point and its tables in bytes; nil keeps the whole 64 KiB for them.
    public var smbiosByteCount: UInt64?

    /// Whether the user's own FADT takes the place of the MP table.
    public var hasOwnFADT = false

    /// The start of the window for devices below 4 GiB.
    public var pciMemoryStart: PhysicalAddress?

    /// The size of that window in bytes; without, it ends at 0xf7ffffff.
    public var pciMemoryByteCount: UInt64?

    /// The start of the enhanced configuration space.
    public var ecamStart: PhysicalAddress?

    /// The size of the enhanced configuration space in bytes, 1 MiB a bus.
    public var ecamByteCount: UInt64?

    /// Whether the guest is protected from its host, so that firmware of its own runs first.
    public var isProtected = false

    /// Flash memory below the firmware, in bytes.
    public var flashByteCount: UInt64 = 0

    /// The persistent store at the start of the window above 4 GiB, in bytes.
    public var persistentStoreByteCount: UInt64 = 0

    /// 32 to 52.
    public var physicalAddressBits: UInt8 = 46

    /// The pairs of variable memory type range registers that a processor has.
    public var variableMTRRCount = 8

    /// Stretches of the guest's addresses behind which a file of the host stands; the ones outside RAM become devices' memory.
    public var mappedFiles: [PhysicalRange] = []

    /// Starts of parts that have no place of their own choice, to be put elsewhere.
    public var moved: [MovedOwner] = []

    public init(memoryByteCount: UInt64) { self.memoryByteCount = memoryByteCount }

    /// What runs first.
    public enum Payload: Hashable, Sendable {
        /// A kernel; nil plans the layout around one that is not known yet.
        case kernel(KernelImage?)

        /// Firmware of this many bytes, which ends at 4 GiB.
        case firmware(byteCount: UInt64)
    }
}

/// A part of a layout that a user puts elsewhere.
public struct MovedOwner: Hashable, Sendable {
    public var owner: LayoutOwner
    public var start: PhysicalAddress

    public init(_ owner: LayoutOwner, to start: PhysicalAddress) {
        self.owner = owner
        self.start = start
    }
}
