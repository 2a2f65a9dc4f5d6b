public import MemoryMap

/// Where an allocation without a base address has to lie: `MEM_ADDRESS_REQUIREMENTS`.
public struct AddressRequirements: Hashable, Sendable {
    /// The lowest address, a multiple of 64 KiB, or nil for none in particular.
    public var lowest: VirtualAddress?

    /// The highest address, the last byte of a page, or nil for none in particular.
    public var highest: VirtualAddress?

    /// A power of two from 64 KiB on, or 0 for none in particular, in bytes.
    public var alignment: UInt64

    /// Requirements, unchecked: the call that they are given to refuses wrong ones.
    public init(lowest: VirtualAddress? = nil, highest: VirtualAddress? = nil, alignment: UInt64 = 0) {
        self.lowest = lowest
        self.highest = highest
        self.alignment = alignment
    }
}
