public import MemoryMap

extension ELFImage {
    /// Puts the image into memory as it has to look at `virtualBase`: segments at their distances from one another, zeros
    /// between and after them, relocations applied.
    ///
    /// Every byte of the first `byteCount` bytes is written, whatever they held before; what lies above is left alone.
    ///
    /// - Parameters:
    ///   - memory: The memory of the image; its first byte is the one that will answer at `virtualBase`. At least `byteCount`
    ///     bytes.
    ///   - virtualBase: The address at which `imageRange.start` will lie: that address plus a multiple of `alignment`, and the
    ///     very address for an image of the kind `.fixed`.
    /// - Throws: `ELFError.memoryTooSmall`, `.misalignedBase`, `.baseTooHigh` or `.fixedAddress`; nothing is written then.
    /// - Complexity: O(*n* + *r*) for *n* bytes and *r* relocations.
    public func load(into memory: inout MutableRawSpan, virtualBase: VirtualAddress) throws(ELFError) {
        try checkPlacement(memoryByteCount: UInt64(memory.byteCount), virtualBase: virtualBase)
        let first = imageRange.start.rawValue
        var end = 0
        for index in 0..<segmentCount {
            let segment = segments[index]
            let start = Int(segment.start.rawValue - first)
            memory.zero(end..<start)
            memory.copy(bytes(of: segment), at: start)
            memory.zero(start + Int(segment.fileByteCount)..<start + Int(segment.byteCount))
            end = start + Int(segment.byteCount)
        }
        memory.zero(end..<Int(byteCount))

        // The distance may be negative; modulo 2^64 it is what has to be added all the same.
        let distance = virtualBase.rawValue &- first
        for index in 0..<relocationCount {
            let relocation = relocation(at: index)
            memory.storeLittleEndian(relocation.addend &+ distance, at: Int(relocation.offset.rawValue - first))
        }
    }

    /// The address of the first instruction of the image when it lies at `virtualBase`.
    ///
    /// - Precondition: `virtualBase` is one that `load(into:virtualBase:)` accepts.
    public func entry(virtualBase: VirtualAddress) -> VirtualAddress {
        address(of: entry, virtualBase: virtualBase)
    }

    /// Where a linked address of the image lies when the image lies at `virtualBase`.
    ///
    /// - Precondition: `virtualBase` is one that `load(into:virtualBase:)` accepts.
    public func address(of linked: VirtualAddress, virtualBase: VirtualAddress) -> VirtualAddress {
        VirtualAddress(linked.rawValue &- imageRange.start.rawValue &+ virtualBase.rawValue)
    }

    /// Whether the image may lie at `virtualBase`, in that much memory.
    ///
    /// - Throws: As `load(into:virtualBase:)`.
    public func checkPlacement(memoryByteCount: UInt64, virtualBase: VirtualAddress) throws(ELFError) {
        guard memoryByteCount >= byteCount else { throw .memoryTooSmall(byteCount: memoryByteCount, needed: byteCount) }
        let linked = imageRange.start
        guard kind == .positionIndependent || virtualBase == linked else { throw .fixedAddress(linked: linked) }
        guard (virtualBase.rawValue &- linked.rawValue) & (alignment - 1) == 0 else {
            throw .misalignedBase(virtualBase, alignment: alignment)
        }
        guard VirtualRange(start: virtualBase, byteCount: byteCount) != nil else { throw .baseTooHigh(virtualBase) }
    }
}
