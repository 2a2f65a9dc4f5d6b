public import MemoryMap

/// The restrictions that `EFI_MEMORY_ATTRIBUTE_PROTOCOL` puts on memory: no reading, no execution, no writing.
///
/// They are kept page by page, in runs, whatever the descriptors of the memory map: a range may be a part of one descriptor or
/// go over several. UEFI 2.10, section 37.7. Each call takes the memory that it is about, so that a firmware can own both.
public struct MemoryProtections: ~Copyable {
    /// The attributes that the protocol knows: RP, XP and RO.
    public static let attributes: MemoryAttributes = [.readProtected, .executeProtected, .readOnly]

    /// Which pages are restricted.
    public private(set) var runs: AttributeRuns

    /// Nothing is restricted.
    ///
    /// - Parameter capacity: how many changes of restrictions along the address space are remembered; a range that stands by
    ///   itself takes two.
    public init(capacity: Int = 4096) {
        runs = AttributeRuns(capacity: capacity)
    }

    /// `GetMemoryAttributes`: the restrictions that all pages of the range have, which may be none.
    ///
    /// - Throws: `.invalidParameter` or `.noMapping`.
    /// - Complexity: O(log *n*) for *n* changes of restrictions, beside what `memory` takes.
    public func get<Memory: ProtectableMemory & ~Copyable>(
        at start: PhysicalAddress, byteCount: UInt64, of memory: borrowing Memory
    ) throws(MemoryAttributeError) -> MemoryAttributes {
        let range = try Self.range(at: start, byteCount: byteCount)
        guard memory.protectability(of: range) != .absent, let attributes = runs.uniformAttributes(of: range) else {
            throw .noMapping
        }
        return attributes
    }

    /// `SetMemoryAttributes`: restricts the range, beside what restricts it already.
    ///
    /// - Throws: `.invalidParameter`, `.unsupported`, `.accessDenied` or `.outOfResources`.
    /// - Complexity: O(log *n* + *r*) expected for *n* changes of restrictions and *r* runs in the range, beside what `memory` takes.
    public mutating func set<Memory: ProtectableMemory & ~Copyable>(
        _ attributes: MemoryAttributes, at start: PhysicalAddress, byteCount: UInt64, of memory: inout Memory
    ) throws(MemoryAttributeError) {
        try change(AttributeRuns.Change(cleared: [], set: attributes), at: start, byteCount: byteCount, of: &memory)
    }

    /// `ClearMemoryAttributes`: lifts restrictions of the range, those that it does not have included.
    ///
    /// - Throws: `.invalidParameter`, `.unsupported`, `.accessDenied` or `.outOfResources`.
    /// - Complexity: as ``set(_:at:byteCount:of:)``.
    public mutating func clear<Memory: ProtectableMemory & ~Copyable>(
        _ attributes: MemoryAttributes, at start: PhysicalAddress, byteCount: UInt64, of memory: inout Memory
    ) throws(MemoryAttributeError) {
        try change(AttributeRuns.Change(cleared: attributes, set: []), at: start, byteCount: byteCount, of: &memory)
    }

    /// Lifts all restrictions of pages that are being freed, so that their next owner finds ordinary memory.
    ///
    /// - Throws: `.outOfResources` where the pages lie inside of a longer restricted range and there is no room to remember that
    ///   it is two now. The caller keeps such pages from use: they still have their restrictions.
    /// - Complexity: as ``set(_:at:byteCount:of:)``.
    public mutating func release<Memory: ProtectableMemory & ~Copyable>(
        _ range: PhysicalRange, of memory: inout Memory
    ) throws(MemoryAttributeError) {
        guard range.isPageAligned else { throw .invalidParameter }
        guard runs.uniformAttributes(of: range) != [] else { return }
        try commit(AttributeRuns.Change(cleared: Self.attributes, set: []), to: range, of: &memory)
    }

    private mutating func change<Memory: ProtectableMemory & ~Copyable>(
        _ change: AttributeRuns.Change, at start: PhysicalAddress, byteCount: UInt64, of memory: inout Memory
    ) throws(MemoryAttributeError) {
        let range = try Self.range(at: start, byteCount: byteCount)
        let attributes = change.set.union(change.cleared)
        guard attributes != [], attributes.isSubset(of: Self.attributes) else { throw .invalidParameter }
        switch memory.protectability(of: range) {
        case .memory: break
        case .absent: throw .unsupported
        case .firmwareControlled: throw .accessDenied
        }
        try commit(change, to: range, of: &memory)
    }

    private mutating func commit<Memory: ProtectableMemory & ~Copyable>(
        _ change: AttributeRuns.Change, to range: PhysicalRange, of memory: inout Memory
    ) throws(MemoryAttributeError) {
        // The means of the page tables first: they are of use later even if the change is not remembered.
        guard memory.prepare(range), runs.apply(change, to: range) else { throw .outOfResources }
        runs.forEachRun(in: range) { run, attributes in memory.apply(attributes, to: run) }
    }

    private static func range(at start: PhysicalAddress, byteCount: UInt64) throws(MemoryAttributeError) -> PhysicalRange {
        guard let range = PhysicalRange(start: start, byteCount: byteCount), range.isPageAligned else { throw .invalidParameter }
        return range
    }
}
