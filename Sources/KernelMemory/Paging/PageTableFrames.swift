import MemoryMap

/// The source of the 4 KiB frames that page tables are made of, and the place where stale translations are thrown away.
public protocol PageTableFrames: ~Copyable {
    /// A free 4 KiB frame with any contents (the tables zero it), or nil where there is none left.
    mutating func allocateFrame() -> PhysicalAddress?

    /// Takes back a frame, with any contents.
    ///
    /// It comes after `invalidateTranslations(in:)` for the range that it served. Frames that `allocateFrame` never gave come
    /// back as well where the tables were built by somebody else.
    mutating func freeFrame(_ frame: PhysicalAddress)

    /// Makes the processors forget what they know of `range`; called after each change that takes away or alters translations.
    ///
    /// Tables that no processor uses yet need nothing, and that is the default. For live tables this is INVLPG or a reload of CR3
    /// on x86-64, and DSB, TLBI, DSB, ISB on AArch64, on every processor that may have used them. On AArch64 it is also the middle
    /// of break-before-make (Arm ARM, section D8.17): when a live leaf is split or its memory type changes, its entry is invalid
    /// during this call, so the code, stack and data of the caller must not lie in that leaf.
    ///
    /// New mappings need no invalidation, only (on AArch64) the caller's DSB and ISB before their first use.
    mutating func invalidateTranslations(in range: VirtualRange)
}

extension PageTableFrames where Self: ~Copyable {
    @inlinable
    public mutating func invalidateTranslations(in range: VirtualRange) {}
}
