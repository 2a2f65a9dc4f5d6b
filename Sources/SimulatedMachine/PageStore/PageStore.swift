public import MemoryMap
public import PageReplacement

/// Pages that a policy moves between a few frames and a paging file, whatever addresses they are mapped at.
///
/// A page is written to only after it has been asked for with a write, as on processors that do not mark pages themselves. Contents
/// survive every eviction. A paging file that fails makes calls throw and loses nothing: contents on their way to it are held
/// until it takes them.
public final class PageStore<Policy: PageReplacementPolicy, Device: PagingDevice> {
    /// Where a page that was asked for is.
    public struct Residence: Hashable, Sendable {
        /// Where the page is in physical memory, until the next call.
        public let frame: PhysicalAddress

        /// Whether the page may be mapped writable: its frame already holds something newer than any storage.
        public let isWritable: Bool
    }

    /// Takes every translation of a page away.
    public typealias Unmapping = (PageIndex) throws(PagedMemoryError) -> Void

    /// What a page holds that was never written to and has storage of its own, such as a file: nil for zeros.
    public var origin: (PageIndex) throws(PagedMemoryError) -> [UInt8]? = { _ in nil }

    /// What has been moved so far, and where every page is as the policy sees it.
    public private(set) var ledger: PageLedger

    private let memory: SparseMemory
    private var policy: Policy
    private var pages: [PageState]
    private var freeFrames: [PhysicalAddress]
    private let pagingFile: PagingFile<Device>
    /// Contents that left their frame, or were copied from it, and are not in the paging file yet.
    private var held: [UInt32: [UInt8]] = [:]

    private struct PageState {
        var frame: PhysicalAddress?
        /// Whether the frame holds something newer than the paging file.
        var isDirty = false
        /// Whether the contents have not come in yet: the paging file failed, or there was no access since they were discarded.
        var isMissing = false
    }

    /// Pages 0 up to `count`, all of them zeros, in `frames` of `memory`.
    ///
    /// - Precondition: There are frames and pages, and `policy` was made for as many.
    public init(
        pages count: Int, frames: [PhysicalAddress], in memory: SparseMemory, policy: Policy, pagingFile: PagingFile<Device>
    ) {
        precondition(count > 0 && !frames.isEmpty, "paging has pages and frames")
        self.memory = memory
        self.policy = policy
        self.pagingFile = pagingFile
        ledger = PageLedger(frames: frames.count, pages: count, backing: .pagingFile)
        pages = Array(repeating: PageState(), count: count)
        freeFrames = frames.reversed()
    }

    /// The number of pages.
    public var count: Int { pages.count }

    /// Where a page's contents are.
    public func place(of page: PageIndex) -> PagePlace {
        let state = pages[Int(page.rawValue)]
        if let frame = state.frame, !state.isMissing {
            return .memory(frame, isOnDisk: !state.isDirty && pagingFile.holds(page))
        }
        if held[page.rawValue] != nil { return .held }
        return pagingFile.holds(page) ? .disk : .nowhere
    }

    /// Has the page in a frame for an access.
    ///
    /// - Parameter unmap: is called for each page whose translations are no longer good, this one's included.
    /// - Throws: `pagingFile` and `memory`; nothing is referenced while contents wait for a paging file that fails.
    public func reach(
        _ page: PageIndex, _ access: PageAccess, unmap: Unmapping
    ) throws(PagedMemoryError) -> Residence {
        try writeHeld()
        _ = policy.access(page, access, in: &ledger)
        try move(unmap)
        let residence = try enter(page, isWrite: access == .write, unmap)
        try writeHeld()
        return residence
    }

    /// Makes a page's contents nothing: it is as if it had never been used. Its frame stays with it until the policy takes it.
    public func discard(_ page: PageIndex, unmap: Unmapping) throws(PagedMemoryError) {
        try unmap(page)
        let number = Int(page.rawValue)
        pages[number].isDirty = false
        pages[number].isMissing = pages[number].frame != nil
        held[page.rawValue] = nil
        pagingFile.discard(page)
        ledger.forget(page)
    }

    /// The contents of a page as they are, wherever they are; no reference to it.
    public func contents(of page: PageIndex) throws(PagedMemoryError) -> [UInt8] {
        let state = pages[Int(page.rawValue)]
        if let frame = state.frame, !state.isMissing { return try contents(of: frame) }
        if let contents = held[page.rawValue] { return contents }
        return try stored(page)
    }
}

extension PageStore {
    /// The most pages that can be locked: two frames stay for all the others.
    public var lockLimit: Int { max(0, ledger.frames - 2) }

    /// Brings a page in and keeps it in its frame until it is unlocked; nothing happens where it is locked already.
    ///
    /// - Throws: `tooManyLocked`, and what ``reach(_:_:unmap:)`` throws; the page is not locked then.
    public func lock(_ page: PageIndex, unmap: Unmapping) throws(PagedMemoryError) {
        guard !ledger.isLocked(page) else { return }
        guard ledger.lockedCount < lockLimit else { throw .tooManyLocked(lockLimit) }
        _ = try reach(page, .read, unmap: unmap)
        policy.lock(page, in: &ledger)
    }

    /// Lets a page be moved again; nothing happens where it is not locked.
    ///
    /// - Throws: `memory`; the page is unlocked all the same.
    public func unlock(_ page: PageIndex, unmap: Unmapping) throws(PagedMemoryError) {
        guard ledger.isLocked(page) else { return }
        policy.unlock(page, in: &ledger)
        try move(unmap)
    }

    /// Does what the policy has decided.
    private func move(_ unmap: Unmapping) throws(PagedMemoryError) {
        for page in ledger.trimmed { try unmap(page) }
        for page in ledger.cleaned { try clean(page, unmap) }
        for page in ledger.evicted { try leave(page, unmap) }
    }

    /// Brings the page in where it is not.
    private func enter(
        _ page: PageIndex, isWrite: Bool, _ unmap: Unmapping
    ) throws(PagedMemoryError) -> Residence {
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
            do throws(PhysicalMemoryError) { try memory.write(contents, at: frame) } catch { throw .memory(error) }
            held[page.rawValue] = nil
            pages[number].isMissing = false
            pages[number].isDirty = returning != nil
        }
        if isWrite, !pages[number].isDirty {
            try unmap(page)
            pages[number].isDirty = true
        }
        return Residence(frame: frame, isWritable: pages[number].isDirty)
    }

    /// Has the contents of a page on their way to the paging file; it stays in its frame, unwritable until its next write.
    private func clean(_ page: PageIndex, _ unmap: Unmapping) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        guard let frame = pages[number].frame, pages[number].isDirty else { return }
        held[page.rawValue] = try contents(of: frame)
        try unmap(page)
        pages[number].isDirty = false
    }

    /// Takes a page out of its frame.
    private func leave(_ page: PageIndex, _ unmap: Unmapping) throws(PagedMemoryError) {
        let number = Int(page.rawValue)
        guard let frame = pages[number].frame else { return }
        try unmap(page)
        if pages[number].isDirty { held[page.rawValue] = try contents(of: frame) }
        pages[number] = PageState()
        freeFrames.append(frame)
    }

    /// Writes what is held to the paging file, lowest page first; what it refuses stays held.
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

    /// What the storage of a page has: zeros if there is none.
    private func stored(_ page: PageIndex) throws(PagedMemoryError) -> [UInt8] {
        guard pagingFile.holds(page) else {
            return try origin(page) ?? [UInt8](repeating: 0, count: Int(PageCount.pageSize))
        }
        do throws(PagingFileError) { return try pagingFile.read(page) } catch { throw .pagingFile(error) }
    }

    private func contents(of frame: PhysicalAddress) throws(PagedMemoryError) -> [UInt8] {
        guard let range = PhysicalRange(start: frame, pages: PageCount(1)) else { preconditionFailure("a frame has an end") }
        do throws(PhysicalMemoryError) { return try memory.read(range) } catch { throw .memory(error) }
    }
}
