public import MemoryMap

/// What an AArch64 guest is made of, as far as it decides where things lie.
public struct AArch64LayoutRequest: LayoutRequest {
    public var profile = LayoutProfile.crosvm

    /// The guest's RAM in bytes, a static bounce buffer included where the profile takes it from there.
    public var memoryByteCount: UInt64

    public var payload = Payload.kernel(nil)

    /// The initial RAM disk in bytes, where there is one.
    public var initialRAMDiskByteCount: UInt64?

    /// Where the device tree goes; without, at the end of RAM for a kernel and at its start for a boot loader.
    public var deviceTreePosition: DeviceTreePosition?

    /// The room for the device tree in bytes, at most 2 MiB.
    public var deviceTreeByteCount: UInt64 = AArch64Places.deviceTreeByteCount

    public var virtualProcessorCount: UInt64 = 1

    public var interruptController = InterruptController.gicV3

    /// How processor frequencies are told to the host, where they are.
    public var cpuFrequency: CPUFrequency?

    /// The start of the window for devices below RAM.
    public var pciMemoryStart: PhysicalAddress?

    /// The size of that window in bytes.
    public var pciMemoryByteCount: UInt64?

    /// The start of the PCI configuration space.
    public var pciConfigurationStart: PhysicalAddress?

    /// Whether the guest is protected from its host, so that firmware of its own runs first.
    public var isProtected = false

    /// A bounce buffer that hypervisors with static memory want, in bytes; a multiple of 64 KiB, 0 for none.
    public var staticBounceBufferByteCount: UInt64 = 0

    /// The bits of intermediate physical addresses, 32 to 52.
    public var physicalAddressBits: UInt8 = 40

    /// Stretches of the guest's addresses behind which a file of the host stands; the ones outside RAM become devices' memory.
    public var mappedFiles: [PhysicalRange] = []

    public init(memoryByteCount: UInt64) { self.memoryByteCount = memoryByteCount }

    /// What runs first.
    public enum Payload: Hashable, Sendable {
        /// A kernel; nil plans the layout around one that is not known yet.
        case kernel(KernelImage?)

        /// A boot loader of this many bytes.
        case bootloader(byteCount: UInt64)
    }

    /// Where the device tree goes.
    public enum DeviceTreePosition: UInt8, Hashable, Sendable, CaseIterable {
        /// At the first byte of RAM, the payload 2 MiB above.
        case start

        /// In the first 2 MiB block behind the kernel and the initial RAM disk.
        case afterPayload

        /// In the last whole 2 MiB block of RAM.
        case end

        /// The name that commands take: `start`, `after-payload` or `end`.
        public var name: StaticString {
            switch self {
            case .start: "start"
            case .afterPayload: "after-payload"
            case .end: "end"
            }
        }
    }

    /// The version of the generic interrupt controller.
    public enum InterruptController: UInt8, Hashable, Sendable, CaseIterable {
        /// With one CPU interface for all; at most 8 processors.
        case gicV2

        /// With a redistributor for each processor and a translation service.
        case gicV3
    }

    /// The two layouts of the frequency device's registers.
    public enum CPUFrequency: UInt8, Hashable, Sendable, CaseIterable {
        /// 8 bytes a processor.
        case version1

        /// 4 KiB a processor.
        case version2
    }
}
