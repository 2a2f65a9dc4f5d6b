import KernelMemory
import MemoryMap
import PageReplacement

extension PagedMemory {
    /// Has the page in its frame and mapped, writable if it is to be written.
    ///
    /// Nothing is referenced while contents wait for a paging file that fails: what is held is what one reference pushed out.
    func reach(_ page: PageIndex, _ access: PageAccess) throws(PagedMemoryError) {
        try writeHeld()
        _ = policy.access(page, access, in: &ledger)
        for page in ledger.trimmed { try unmap(page) }
        for page in ledger.cleaned { try clean(page) }
        for page in ledger.evicted { try leave(page) }
        try enter(page, isWrite: access == .write)
        try writeHeld()
    }

    /// Brings the page in where it is not, and maps it for the access.
    private func enter(_ page: PageIndex, isWrite: Bool) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        let frame: PhysicalAddress
        if let own = pages[number].frame {
            frame = own
        } else {
            guard let free = freeFrames.popLast() else { preconditionFailure("the ledger has no more pages than frames") }
            frame = free
            pages[number].frame = frame
            pages[number].isMissing = true
        }
        if pages[number].isMissing {
            // Still held: the paging file does not have these contents, and now it is the frame that has to remember it.
            let returning = held[page.rawValue]
            let contents: [UInt8]
            if let returning { contents = returning } else { contents = try stored(page) }
            try fill(frame, with: contents)
            held[page.rawValue] = nil
            pages[number].isMissing = false
            pages[number].isDirty = returning != nil
        }
        if isWrite, !pages[number].isDirty {
            try unmap(page)
            pages[number].isDirty = true
        }
        try map(page, to: frame)
    }

    /// Has the contents of a page on their way to the paging file; it stays in its frame, unwritable until its next write.
    private func clean(_ page: PageIndex) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        guard let frame = pages[number].frame, pages[number].isDirty else { return }
        held[page.rawValue] = try contents(of: frame)
        let wasMapped = pages[number].isMapped
        try unmap(page)
        pages[number].isDirty = false
        if wasMapped { try map(page, to: frame) }
    }

    /// Takes a page out of its frame.
    private func leave(_ page: PageIndex) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        guard let frame = pages[number].frame else { return }
        try unmap(page)
        if pages[number].isDirty { held[page.rawValue] = try contents(of: frame) }
        pages[number] = PageState()
        freeFrames.append(frame)
    }

    /// Writes what is held to the paging file, oldest page number first; what it refuses stays held.
    private func writeHeld() throws(PagedMemoryError) {
        guard !held.isEmpty else { return }
        for (page, contents) in held.sorted(by: { $0.key < $1.key }) {
            do throws(PagingFileError) {
                try pagingFile.write(contents, for: PageIndex(rawValue: page))
            } catch {
                throw .pagingFile(error)
            }
            held[page] = nil
        }
    }

    /// What the paging file holds of a page: zeros if it never left a frame with something in it.
    private func stored(_ page: PageIndex) throws(PagedMemoryError) -> [UInt8] {
        guard pagingFile.holds(page) else { return [UInt8](repeating: 0, count: Int(PageCount.pageSize)) }
        do throws(PagingFileError) { return try pagingFile.read(page) } catch { throw .pagingFile(error) }
    }

    private func map(_ page: PageIndex, to frame: PhysicalAddress) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        guard !pages[number].isMapped else { return }
        do throws(PagingError) {
            try tables.map(
                addresses(of: page), to: frame, attributes: pages[number].isDirty ? .readWrite : .readOnly)
        } catch {
            throw .tables(error)
        }
        pages[number].isMapped = true
    }

    private func unmap(_ page: PageIndex) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        guard pages[number].isMapped else { return }
        do throws(PagingError) { try tables.unmap(addresses(of: page)) } catch { throw .tables(error) }
        pages[number].isMapped = false
    }

    private func addresses(of page: PageIndex) -> VirtualRange {
        let start = range.start.rawValue + UInt64(page.rawValue) * PageCount.pageSize
        // The page lies in `range`, which has an end.
        guard let page = VirtualRange(start: VirtualAddress(start), pages: PageCount(1)) else {
            preconditionFailure("a page of the range has an end")
        }
        return page
    }

    private func contents(of frame: PhysicalAddress) throws(PagedMemoryError) -> [UInt8] {
        guard let range = PhysicalRange(start: frame, pages: PageCount(1)) else { preconditionFailure("a frame has an end") }
        do throws(PhysicalMemoryError) { return try memory.read(range) } catch { throw .memory(error) }
    }

    private func fill(_ frame: PhysicalAddress, with contents: [UInt8]) throws(PagedMemoryError) {
        do throws(PhysicalMemoryError) { try memory.write(contents, at: frame) } catch { throw .memory(error) }
    }
}
