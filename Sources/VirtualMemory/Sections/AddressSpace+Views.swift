public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// Maps a section, or a part of it: NtMapViewOfSection.
    ///
    /// - Returns: the addresses of the view, and whether an image is where it was linked for; data always is.
    /// - Throws: `.sectionProtection` for more than the section allows; `.invalidParameter9` for unknown flags, and for large pages
    ///   of a section without; `.mappedAlignment` for a base or an offset between multiples of 64 KiB, of pages in the place of a
    ///   placeholder, or of large pages where those are asked for; `.invalidViewSize` past the end of the section, and for a part
    ///   of a large page;
    ///   `.conflictingAddresses`; `.noMemory`; `.commitmentLimit`, since a view with copies on write is charged as a whole.
    /// - Complexity: O(log *n*) for *n* runs of alike pages, and O(log *n*) for each section of an image.
    @discardableResult
    public mutating func mapView(_ request: ViewRequest) throws(NTStatus) -> (range: VirtualRange, isAtBase: Bool) {
        let plan = try regions.planView(request)
        let range = regions.virtualRange(plan.range)
        let isImage = plan.allocation.kind == .image
        let mapping = ViewMapping(
            storage: request.section.storage, offset: request.offset, protection: plan.allocation.protection,
            isCopyOnWrite: isImage || plan.view.access.isCopyOnWrite, isReserved: request.section.isReserved,
            prefersLargePages: request.type.contains(.largePages))
        try withBackend { backend throws(BackendError) in try backend.map(range, mapping) }
        regions.apply(plan)
        if isImage || request.section.isReserved { tellProtections(plan.range) }
        return (range, plan.isAtBase)
    }

    /// Gives the parts of an image, and the pages of a reserved section that are committed already, their protections in the
    /// backend as well.
    private mutating func tellProtections(_ range: Range<UInt64>) {
        var address = range.lowerBound
        while address < range.upperBound, let block = regions.query(address) {
            let part = regions.virtualRange(address..<min(address + block.byteCount, range.upperBound))
            // A failure leaves an image's pages with copies on write, and a section's closed until they are touched.
            if block.state == .committed { try? backend.protect(part, block.protection) }
            address += block.byteCount
        }
    }

    /// Takes a view away, by any of its addresses: NtUnmapViewOfSection.
    ///
    /// - Throws: `.invalidParameter` for unknown flags; `.notMappedView`; `.conflictingAddresses` where no placeholder was
    ///   replaced that could be preserved.
    /// - Complexity: O(log *n*) for each run of its pages.
    public mutating func unmapView(_ address: VirtualAddress, _ flags: UnmapFlags = []) throws(NTStatus) {
        let index = try regions.planUnmap(address.rawValue, flags)
        let allocation = regions.allocations[index]
        let range = regions.virtualRange(allocation.start..<allocation.end)
        let preserves = flags.contains(.preservePlaceholder)
        guard let storage = regions.view(of: allocation)?.section.storage else { throw .notMappedView }
        try withBackend { backend throws(BackendError) in
            try backend.unmap(range, of: storage, leavingPlaceholder: preserves)
        }
        regions.applyUnmap(index, leavingPlaceholder: preserves)
    }

    /// The section that an address is a view of, and where in it the address is, in bytes.
    ///
    /// - Complexity: O(log *n*).
    public func section(at address: VirtualAddress) -> (section: Section, offset: UInt64)? {
        guard let index = regions.allocation(at: address.rawValue) else { return nil }
        let allocation = regions.allocations[index]
        guard let view = regions.view(of: allocation) else { return nil }
        return (view.section, view.offset + (address.rawValue - allocation.start))
    }
}
