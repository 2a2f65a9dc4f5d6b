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
        try change(frames.compactMap { regions.frames.page(of: $0) }, to: nil)
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
        guard !overflow, let range = regions.pages(base.rawValue & ~regions.pageMask, size), takesFrames(range) else {
            throw .invalidParameter
        }
        if let frames { try check(frames, pageCount: pageCount) { range.contains($0) } }
        let pages = regions.virtualRange(range)
        do throws(NTStatus) {
            try withBackend { backend throws(BackendError) in try backend.mapFrames(pages, frames ?? []) }
        } catch {
            restore(range)
            throw error
        }
        regions.frames.unmap(range)
        guard let frames else { return }
        var page = range.lowerBound
        for frame in frames {
            regions.frames.map(frame, at: page)
            page += platform.pageSize
        }
    }

    /// Puts physical pages under single addresses, or takes away what is there: MapUserPhysicalPagesScatter.
    ///
    /// - Parameters:
    ///   - addresses: one of each page, none twice, in any regions of that kind.
    ///   - frames: as many frames that the program owns, none of them mapped elsewhere; nil to take them away.
    /// - Throws: `.invalidParameter` for other addresses and frames; what the backend says.
    /// - Complexity: O(*pages* log *n*).
    public mutating func mapFrames(at addresses: [VirtualAddress], frames: [UInt64]?) throws(NTStatus) {
        let pages = addresses.map { $0.rawValue & ~regions.pageMask }
        guard !pages.isEmpty, !pages.containsDuplicates else { throw .invalidParameter }
        for page in pages {
            guard let range = regions.pages(page, platform.pageSize), takesFrames(range) else { throw .invalidParameter }
        }
        if let frames {
            let sorted = pages.sorted()
            try check(frames, pageCount: pages.count) { sorted.hasInOrder($0) }
        }
        try change(pages, to: frames)
        guard let frames else { return }
        for (frame, page) in zip(frames, pages) { regions.frames.map(frame, at: page) }
    }

    /// Has the backend put frames, or nothing, under pages, which are taken note of as having none then; all of them or none.
    private mutating func change(_ pages: [UInt64], to frames: [UInt64]?) throws(NTStatus) {
        var changed = 0
        do throws(NTStatus) {
            while changed < pages.count {
                try put(frames?[changed], under: pages[changed])
                changed += 1
            }
        } catch {
            // What the backend could do it can undo.
            for page in pages[..<changed] { try? put(regions.frames.frame(at: page), under: page) }
            throw error
        }
        for page in pages { regions.frames.unmap(page..<page + platform.pageSize) }
    }

    /// Has the backend put under every page of a range what is taken note of.
    private mutating func restore(_ range: Range<UInt64>) {
        let pages = regions.virtualRange(range)
        try? withBackend { backend throws(BackendError) in try backend.mapFrames(pages, []) }
        var next = regions.frames.firstMapped(from: range.lowerBound)
        while let page = next, page < range.upperBound {
            try? put(regions.frames.frame(at: page), under: page)
            next = regions.frames.firstMapped(from: page + platform.pageSize)
        }
    }

    /// Whether pages lie in one region that the program puts physical pages under.
    private func takesFrames(_ range: Range<UInt64>) -> Bool {
        guard let index = regions.allocation(holding: range) else { return false }
        return regions.allocations[index].kind == .physical
    }

    /// Throws unless there is one frame a page, all owned, each under none of the addresses that stay as they are.
    private func check(_ frames: [UInt64], pageCount: Int, isChanged: (UInt64) -> Bool) throws(NTStatus) {
        guard frames.count == pageCount, !frames.containsDuplicates else { throw .invalidParameter }
        for frame in frames {
            guard regions.frames.owns(frame) else { throw .invalidParameter }
            if let page = regions.frames.page(of: frame), !isChanged(page) { throw .invalidParameter }
        }
    }

    /// Has the backend put a frame, or nothing, under one page.
    private mutating func put(_ frame: UInt64?, under page: UInt64) throws(NTStatus) {
        let range = regions.virtualRange(page..<page + platform.pageSize)
        try withBackend { backend throws(BackendError) in try backend.mapFrames(range, frame.map { [$0] } ?? []) }
    }
}

extension [UInt64] {
    /// Whether a number occurs twice: equal ones are neighbours once they are in order.
    fileprivate var containsDuplicates: Bool {
        let sorted = sorted()
        for position in sorted.indices.dropFirst() where sorted[position] == sorted[position - 1] { return true }
        return false
    }

    /// Whether a number is among numbers in rising order.
    fileprivate func hasInOrder(_ number: UInt64) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == number
    }
}
