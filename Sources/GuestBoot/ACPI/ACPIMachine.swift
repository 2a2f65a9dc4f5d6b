public import MemoryMap

/// A PC as its ACPI tables describe it.
public struct ACPIMachine: Sendable {
    /// Enhanced configuration space of PCI Express: a mebibyte for each bus from 0 on.
    public struct EnhancedConfiguration: Hashable, Sendable {
        public let range: PhysicalRange

        /// - Throws: `GuestBootError.badWindow` where the range lies not all below 4 GiB, or is no number of mebibytes from 1
        ///   to 256, or starts at no multiple of 1 MiB.
        public init(_ range: PhysicalRange) throws(GuestBootError) {
            guard range.last.rawValue <= UInt32.max, range.start.isAligned(to: 1 << 20), let count = range.byteCount,
                count % (1 << 20) == 0, count <= 256 << 20
            else { throw .badWindow(range) }
            self.range = range
        }

        /// The number of the last bus.
        public var lastBus: UInt8 { UInt8((range.last.rawValue - range.start.rawValue) >> 20) }
    }

    public var chipset: Chipset
    public var processors: Int
    public var enhancedConfiguration: EnhancedConfiguration?

    /// The memory that the PCI root hands to devices, besides the display's at A0000.
    public var windows: [PhysicalRange]

    public init(
        chipset: Chipset, processors: Int = 1, enhancedConfiguration: EnhancedConfiguration? = nil,
        windows: [PhysicalRange] = []
    ) {
        self.chipset = chipset
        self.processors = processors
        self.enhancedConfiguration = enhancedConfiguration
        self.windows = windows
    }

    /// The most processors that are described: their identifiers are bytes, and 255 means all.
    public static let processorLimit = 254

    /// The most windows that are described.
    public static let windowLimit = 64

    func check() throws(GuestBootError) {
        guard processors >= 1 else { throw .tooFew(.processors, count: processors, least: 1) }
        guard processors <= Self.processorLimit else {
            throw .tooMany(.processors, count: processors, limit: Self.processorLimit)
        }
        guard windows.count <= Self.windowLimit else { throw .tooMany(.windows, count: windows.count, limit: Self.windowLimit) }
        for window in windows where window.byteCount == nil { throw .badWindow(window) }
    }
}
