import MemoryMap

/// Records in pages of their own: 31 a page, behind a head of the same size.
///
/// Pages come and go in the manner of a stack: a page that is given up is the last one, whose records move to the others.
@safe
struct RecordPages: ~Copyable {
    /// What is at the start of a page of records.
    @safe
    struct Head {
        /// The page that came before this one.
        var previous: UnsafeMutablePointer<Head>?
    }

    static let recordsPerPage = 31
    private static var stride: Int { 64 }

    /// The last page.
    private var last: UnsafeMutablePointer<Head>?
    private(set) var pageCount = 0

    /// The unused records, chained in both directions.
    private var firstUnused: Extent?
    private(set) var unusedCount = 0

    init() { unsafe last = nil }

    /// Adds a page.
    ///
    /// - Warning: The page must be writable and in nobody's use.
    @unsafe
    mutating func addPage(at start: UnsafeMutableRawPointer) {
        let head = unsafe start.initializeMemory(as: Head.self, repeating: Head(previous: last), count: 1)
        unsafe last = head
        pageCount += 1
        for index in 0..<Self.recordsPerPage {
            let record = unsafe Self.record(index, of: head)
            unsafe record.initialize(to: ExtentRecord())
            let extent = unsafe Extent(record)
            unsafe extent.details.initialize(to: ExtentDetails())
            putBack(extent)
        }
    }

    /// An unused record, or nil where there is none.
    mutating func take() -> Extent? {
        guard let extent = firstUnused else { return nil }
        unlink(extent)
        return extent
    }

    /// Puts a record back.
    mutating func putBack(_ extent: Extent) {
        extent.kind = .none
        extent.listPrevious = nil
        extent.listNext = firstUnused
        firstUnused?.listPrevious = extent
        firstUnused = extent
        unusedCount += 1
    }

    private mutating func unlink(_ extent: Extent) {
        extent.listNext?.listPrevious = extent.listPrevious
        if let previous = extent.listPrevious { previous.listNext = extent.listNext } else { firstUnused = extent.listNext }
        unusedCount -= 1
    }

    /// The last page on its way out.
    @safe
    struct Departure {
        fileprivate let head: UnsafeMutablePointer<Head>
        fileprivate var used: UInt32
    }

    /// Begins to give the last page up. Its records move to the others one by one, by ``move(_:)``, until none is left.
    ///
    /// - Precondition: there is another page, and as many records are unused as a page has.
    mutating func beginRemovingLastPage() -> Departure {
        guard let head = unsafe last, unsafe head.pointee.previous != nil else {
            preconditionFailure("a page besides the last one")
        }
        precondition(unusedCount >= Self.recordsPerPage, "room for the page's records")
        var used: UInt32 = 0
        for index in 0..<Self.recordsPerPage {
            let extent = unsafe Extent(Self.record(index, of: head))
            if extent.kind == .none { unlink(extent) } else { used |= 1 << UInt32(index) }
        }
        return unsafe Departure(head: head, used: used)
    }

    /// Copies the next record to its new place.
    ///
    /// - Returns: The old and the new place, or nil where all have moved.
    mutating func move(_ departure: inout Departure) -> (old: Extent, new: Extent)? {
        guard departure.used != 0 else { return nil }
        let old = unsafe Extent(Self.record(departure.used.trailingZeroBitCount, of: departure.head))
        departure.used &= departure.used - 1
        guard let new = take() else { preconditionFailure("room for the page's records") }
        unsafe new.record.pointee = old.record.pointee
        unsafe new.details.pointee = old.details.pointee
        return (old, new)
    }

    /// Takes leave of the page.
    ///
    /// - Returns: Where it is.
    mutating func finish(_ departure: Departure) -> UnsafeMutableRawPointer {
        unsafe last = departure.head.pointee.previous
        pageCount -= 1
        return unsafe UnsafeMutableRawPointer(departure.head)
    }

    private static func record(_ index: Int, of head: UnsafeMutablePointer<Head>) -> UnsafeMutablePointer<ExtentRecord> {
        // Behind the head, within the first half of the page.
        unsafe UnsafeMutableRawPointer(head).advanced(by: (index + 1) * stride).assumingMemoryBound(to: ExtentRecord.self)
    }
}
