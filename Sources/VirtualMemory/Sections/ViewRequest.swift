public import MemoryMap

/// The arguments of a call that maps a view, unchecked.
public struct ViewRequest {
    /// What to map a view of.
    public var section: Section

    /// Where; nil leaves it to the system.
    public var base: VirtualAddress?

    /// Where in the section the view begins, in bytes.
    public var offset: UInt64 = 0

    /// The size in bytes; 0 for all from the offset on.
    public var byteCount: UInt64 = 0

    /// As for allocations.
    public var zeroBits: UInt64 = 0

    /// ``AllocationType/topDown``, ``AllocationType/largePages`` of sections that were made with them, and
    /// ``AllocationType/replacePlaceholder`` in extended calls.
    public var type: AllocationType = []

    /// The most that its pages may ever allow, and what they begin with; of no effect for images.
    public var protection: PageProtection

    /// Without an alignment, which views do not take.
    public var requirements: AddressRequirements?

    /// The machine that an image has to be for; 0 and nil for any.
    public var imageMachine: UInt16?

    /// A view of all of the section, anywhere.
    public init(section: Section, protection: PageProtection) {
        self.section = section
        self.protection = protection
    }
}
