public import MemoryMap

/// What a call to free memory reports back.
public struct FreedMemory: Hashable, Sendable {
    /// The first page that was freed.
    public let base: VirtualAddress

    /// The size in bytes; 0 where a whole region was decommitted without naming its size.
    public let byteCount: UInt64
}

extension AddressSpace where Backend: ~Copyable {
    /// Decommits or releases memory: NtFreeVirtualMemory.
    ///
    /// A release may take a part of a region; what remains on either side is a region of its own.
    ///
    /// - Parameters:
    ///   - byteCount: 0 for the whole region, of which `base` has to be in the first page.
    /// - Throws: `.invalidParameter2` to `.invalidParameter4` for base, size and type; `.memoryNotAllocated`;
    ///   `.freeVMNotAtBase`; `.unableToFreeVM` where the range leaves the region; `.unableToDeleteSection` for views;
    ///   `.conflictingAddresses` for placeholders that do not fit.
    /// - Complexity: O(log *n* + runs changed) for *n* runs of alike pages.
    @discardableResult
    public mutating func free(_ base: VirtualAddress, byteCount: UInt64, _ type: FreeType) throws(NTStatus) -> FreedMemory {
        let plan = try regions.planFree(base.rawValue, byteCount, type)
        let freed: Range<UInt64>
        switch plan {
        case .decommit(let range, _, _, _):
            freed = range
            let pages = regions.virtualRange(range)
            try withBackend { backend throws(BackendError) in try backend.decommit(pages) }
        case .release(let range, _):
            freed = range
            let pages = regions.virtualRange(range)
            try withBackend { backend throws(BackendError) in try backend.release(pages, leavingPlaceholder: false) }
        case .restorePlaceholder(let index):
            freed = regions.allocations[index].start..<regions.allocations[index].end
            let pages = regions.virtualRange(freed)
            try withBackend { backend throws(BackendError) in try backend.release(pages, leavingPlaceholder: true) }
        case .splitPlaceholder(let range, _), .coalesce(let range):
            freed = range
        }
        regions.apply(plan)
        let size = type == .decommit && byteCount == 0 ? 0 : freed.upperBound - freed.lowerBound
        return FreedMemory(base: VirtualAddress(freed.lowerBound), byteCount: size)
    }
}
