import MemoryMap

extension PixelRectangle {
    /// The left part that shows `pages` of `whole`: at least one column of anything, nothing of nothing.
    func part(_ pages: PageCount, of whole: PageCount) -> PixelRectangle {
        guard width > 0, pages > .zero, whole >= pages else {
            return PixelRectangle(x: x, y: y, width: 0, height: height)
        }
        // 2^52 pages and 2^15 columns need two words.
        let product = pages.rawValue.multipliedFullWidth(by: UInt64(width))
        let columns = Int(whole.rawValue.dividingFullWidth(product).quotient)
        return PixelRectangle(x: x, y: y, width: max(columns, 1), height: height)
    }
}
