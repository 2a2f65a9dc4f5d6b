public import MemoryMap

/// A relative relocation: the word at `offset` shall hold `addend` plus the distance by which the image was moved.
public struct ELFRelocation: Hashable, Sendable {
    /// The linked address of the 8-byte word, inside a writable segment.
    public let offset: VirtualAddress

    /// The linked address that the word refers to.
    public let addend: UInt64
}
