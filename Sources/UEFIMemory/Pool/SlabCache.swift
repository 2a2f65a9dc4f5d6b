import MemoryMap

/// Which run of blocks lies at a page, for the pages that were asked for last: one page of handles.
///
/// What it has is right, because a run that goes or whose record moves is taken out; what it lacks, the tree knows.
@safe
struct SlabCache: ~Copyable {
    private static var count: UInt64 { 512 }
    private let entries: UnsafeMutablePointer<Extent?>

    /// Begins with an empty page.
    ///
    /// - Warning: The page must be writable and in nobody's use.
    @unsafe
    init(at start: UnsafeMutableRawPointer) {
        unsafe entries = start.initializeMemory(as: Extent?.self, repeating: nil, count: Int(Self.count))
    }

    /// The run that holds a page, where it is known.
    subscript(page: UInt64) -> Extent? {
        // The remainder lies within the page of handles.
        guard let extent = unsafe entries[Int(page % Self.count)], extent.start <= page, page < extent.end else { return nil }
        return extent
    }

    /// Notes that a run holds a page.
    func note(_ extent: Extent, at page: UInt64) {
        unsafe entries[Int(page % Self.count)] = extent
    }

    /// Forgets a run.
    func forget(_ extent: Extent) { replace(extent, by: nil) }

    /// Puts the handle of a record that was moved in place of the old one.
    func relink(_ old: Extent, to new: Extent) { replace(old, pages: new.start..<new.end, by: new) }

    private func replace(_ extent: Extent, by heir: Extent?) { replace(extent, pages: extent.start..<extent.end, by: heir) }

    private func replace(_ extent: Extent, pages: Range<UInt64>, by heir: Extent?) {
        for page in pages where unsafe entries[Int(page % Self.count)] == extent {
            unsafe entries[Int(page % Self.count)] = heir
        }
    }
}
