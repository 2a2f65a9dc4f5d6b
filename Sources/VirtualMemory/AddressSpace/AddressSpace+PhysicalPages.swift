public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// Takes physical pages for the program to map itself: AllocateUserPhysicalPages.
    ///
    /// - Returns: frame numbers, fewer than asked for where there are not as many.
    /// - Throws: `.privilegeNotHeld`; what the backend says.
    public mutating func allocateFrames(_ count: Int) throws(NTStatus) -> [UInt64] {
        guard canLockMemory else { throw .privilegeNotHeld }
        guard count > 0 else { throw .invalidParameter }
        var frames: [UInt64] = []
        try withBackend { backend throws(BackendError) in frames = try backend.allocateFrames(count) }
        for frame in frames { regions.frames.own(frame) }
        return frames
    }

    /// Gives physical pages back, which are taken away from where they are mapped: FreeUserPhysicalPages.
    ///
    /// - Throws: `.invalidParameter` where the program does not own all of them.
    public mutating func freeFrames(_ frames: [UInt64]) throws(NTStatus) {
        guard !frames.containsDuplicates else { throw .invalidParameter }
        for frame in frames {
            guard regions.frames.owns(frame) else { throw .invalidParameter }
        }
        var mapped: [Range<UInt64>] = []
        for frame in frames {
            if let page = regions.frames.page(of: frame) { mapped.append(page..<page + platform.pageSize) }
        }
        for page in mapped {
            let pages = regions.virtualRange(page)
            try withBackend { backend throws(BackendError) in try backend.mapFrames(pages, []) }
            regions.frames.unmap(page)
        }
        for frame in frames { regions.frames.disown(frame) }
        backend.freeFrames(frames)
    }

    /// Puts physical pages under the addresses of a region of that kind, or takes away what is there: MapUserPhysicalPages.
    ///
    /// - Parameters:
    ///   - pageCount: how many pages from `base` on.
    ///   - frames: as many frames that the program owns, none of them mapped elsewhere; nil to take them away.
    /// - Throws: `.invalidParameter` for other addresses and frames.
    /// - Complexity: O(*pages* log *n*).
    public mutating func mapFrames(_ base: VirtualAddress, pageCount: Int, frames: [UInt64]?) throws(NTStatus) {
        let (size, overflow) = UInt64(max(pageCount, 0)).multipliedReportingOverflow(by: platform.pageSize)
        guard !overflow, let range = regions.pages(base.rawValue & ~regions.pageMask, size),
            let index = regions.allocation(holding: range), regions.allocations[index].kind == .physical
        else { throw .invalidParameter }
        if let frames {
            guard frames.count == pageCount, !frames.containsDuplicates else { throw .invalidParameter }
            for frame in frames {
                guard regions.frames.owns(frame) else { throw .invalidParameter }
                if let page = regions.frames.page(of: frame), !range.contains(page) { throw .invalidParameter }
            }
        }
        let pages = regions.virtualRange(range)
        try withBackend { backend throws(BackendError) in try backend.mapFrames(pages, frames ?? []) }
        regions.frames.unmap(range)
        guard let frames else { return }
        var page = range.lowerBound
        for frame in frames {
            regions.frames.map(frame, at: page)
            page += platform.pageSize
        }
    }
}

extension [UInt64] {
    /// Whether a number occurs twice: equal ones are neighbours once they are in order.
    fileprivate var containsDuplicates: Bool {
        let sorted = sorted()
        for position in sorted.indices.dropFirst() where sorted[position] == sorted[position - 1] { return true }
        return false
    }
}
