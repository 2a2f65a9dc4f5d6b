import MemoryMap

/// How many of `columns` columns show `part` of `whole`, rounded down.
///
/// Exact where the product fits 64 bits; for larger numbers the lowest bits of both go first, which moves no edge by more than
/// a column. There is no 128-bit division on bare metal.
///
/// - Precondition: `part` is at most `whole`, `whole` is at least 1, and `columns` is not negative.
func share(_ part: UInt64, of whole: UInt64, columns: Int) -> Int {
    let width = UInt64(columns)
    let shift = UInt64(max(64 - whole.leadingZeroBitCount - width.leadingZeroBitCount, 0))
    return Int((part >> shift) * width / (whole >> shift))
}

extension PixelRectangle {
    /// The left part that shows `pages` of `whole`: at least one column of anything, nothing of nothing.
    func part(_ pages: PageCount, of whole: PageCount) -> PixelRectangle {
        guard width > 0, pages > .zero, whole >= pages else { return PixelRectangle(x: x, y: y, width: 0, height: height) }
        let columns = share(pages.rawValue, of: whole.rawValue, columns: width)
        return PixelRectangle(x: x, y: y, width: max(columns, 1), height: height)
    }
}
