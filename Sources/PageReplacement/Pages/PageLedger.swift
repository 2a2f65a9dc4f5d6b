/// Where every page is: in RAM, on disk, both, or nowhere yet; and what moving the pages cost.
///
/// Policies decide and tell the ledger; it refuses, as a programming error, to hold more pages than there are frames.
public struct PageLedger {
    /// The frames that pages can be in.
    public let frames: Int

    /// What has happened so far.
    public private(set) var counts = PagingCounts()

    /// The pages that the last reference pushed out of RAM, in order; a caller with real frames moves the contents.
    ///
    /// A page may be trimmed, cleaned and evicted by one reference: do it in this order.
    public private(set) var evicted: [PageIndex] = []

    /// The pages that the last reference moved out of the working set and left in RAM, in order.
    public private(set) var trimmed: [PageIndex] = []

    /// The pages in RAM that the last reference had written to disk ahead of their eviction, in order.
    public private(set) var cleaned: [PageIndex] = []

    /// How many pages are in RAM.
    public private(set) var residents = 0

    /// How many of them are locked there.
    public private(set) var lockedCount = 0

    private var states: [State]

    private struct State: OptionSet {
        let rawValue: UInt8
        static let resident = State(rawValue: 1)
        static let dirty = State(rawValue: 2)
        static let onDisk = State(rawValue: 4)
        static let locked = State(rawValue: 8)
    }

    /// A machine with `frames` frames, all empty, for a population of `pages` pages.
    ///
    /// - Precondition: There is at least one frame.
    public init(frames: Int, pages: Int, backing: PageBacking) {
        precondition(frames > 0, "paging needs a frame")
        self.frames = frames
        states = Array(repeating: backing == .file ? .onDisk : [], count: pages)
    }

    /// Whether the page is in RAM.
    public func isResident(_ page: PageIndex) -> Bool { states[page.position].contains(.resident) }

    /// Whether the page in RAM differs from what is on disk.
    public func isDirty(_ page: PageIndex) -> Bool { states[page.position].contains(.dirty) }

    /// Whether the page has to stay in RAM.
    public func isLocked(_ page: PageIndex) -> Bool { states[page.position].contains(.locked) }

    /// Whether every frame holds a page.
    public var isFull: Bool { residents == frames }

    /// Brings a page into a free frame, from disk when it is there, else as zeros.
    ///
    /// - Precondition: The page is not in RAM and a frame is free.
    mutating func load(_ page: PageIndex) {
        precondition(!isResident(page), "a page is loaded once")
        precondition(residents < frames, "a page is loaded into a free frame")
        if states[page.position].contains(.onDisk) { counts.reads += 1 } else { counts.zeroFills += 1 }
        states[page.position].insert(.resident)
        residents += 1
    }

    /// Writes a dirty page to disk; it stays in RAM, clean.
    mutating func clean(_ page: PageIndex) {
        precondition(!isLocked(page), "a locked page stays as it is")
        guard isDirty(page) else { return }
        cleaned.append(page)
        writeBack(page)
    }

    /// Notes that a page in RAM has left the working set.
    mutating func trim(_ page: PageIndex) {
        precondition(!isLocked(page), "a locked page stays in the working set")
        trimmed.append(page)
    }

    private mutating func writeBack(_ page: PageIndex) {
        guard isDirty(page) else { return }
        counts.writeBacks += 1
        states[page.position].subtract(.dirty)
        states[page.position].insert(.onDisk)
    }

    /// Frees the page's frame, after writing what is only there.
    ///
    /// - Precondition: The page is in RAM.
    mutating func evict(_ page: PageIndex) {
        precondition(isResident(page), "only a page in RAM can leave it")
        precondition(!isLocked(page), "a locked page stays in RAM")
        writeBack(page)
        states[page.position].subtract(.resident)
        residents -= 1
        evicted.append(page)
    }

    /// Notes that a page's contents are nothing any more: nothing has to be written, and nothing is on disk.
    ///
    /// The page stays where it is; brought in again it is zeros.
    public mutating func forget(_ page: PageIndex) { states[page.position].subtract([.dirty, .onDisk]) }

    mutating func lock(_ page: PageIndex) {
        precondition(isResident(page) && !isLocked(page), "a page in RAM is locked once")
        precondition(lockedCount + 1 < frames, "a frame is left for the others")
        states[page.position].insert(.locked)
        lockedCount += 1
    }

    /// Takes a locked page out, so that the policy can bring it in again.
    ///
    /// - Returns: what was counted before.
    mutating func unlock(_ page: PageIndex) -> PagingCounts {
        precondition(isLocked(page), "only a locked page is unlocked")
        states[page.position].subtract([.locked, .resident])
        lockedCount -= 1
        residents -= 1
        return counts
    }

    /// Nothing was brought in for that: only what was written to make room counts.
    mutating func finishUnlocking(_ before: PagingCounts) {
        let writeBacks = counts.writeBacks
        counts = before
        counts.writeBacks = writeBacks
    }

    mutating func begin() {
        evicted.removeAll(keepingCapacity: true)
        trimmed.removeAll(keepingCapacity: true)
        cleaned.removeAll(keepingCapacity: true)
    }

    mutating func finish(_ page: PageIndex, _ access: PageAccess, _ outcome: PageReference) {
        precondition(isResident(page), "a referenced page is in RAM afterwards")
        if access == .write { states[page.position].insert(.dirty) }
        counts.references += 1
        switch outcome {
        case .hit: counts.hits += 1
        case .softFault: counts.softFaults += 1
        case .fault: counts.faults += 1
        }
    }
}
