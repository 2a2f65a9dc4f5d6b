import MemoryMap

/// The scale of a strip: a range of addresses over a number of columns.
struct StripScale {
    private let range: PhysicalRange
    private let width: Int

    init(_ range: PhysicalRange, width: Int) {
        self.range = range
        self.width = width
    }

    /// The columns that show `part`, at least one.
    ///
    /// - Precondition: `part` lies in the range.
    func columns(of part: PhysicalRange) -> Range<Int> {
        let first = min(column(part.start.rawValue - range.start.rawValue), width - 1)
        let end = column(part.last.rawValue - range.start.rawValue + 1)
        return first..<max(end, first + 1)
    }

    /// The column at which the byte `offset` lies.
    private func column(_ offset: UInt64) -> Int { share(offset / PageCount.pageSize, of: range.pages.rawValue, columns: width) }
}
