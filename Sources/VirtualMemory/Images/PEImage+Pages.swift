extension PEImage {
    /// Pages of the image with one protection.
    struct PageStretch {
        var range: Range<UInt64>
        var protection: PageProtection
    }

    /// Whether parts share pages: all of them can be written to then, by copy.
    private func sharesPages(_ pageSize: UInt64) -> Bool { sectionAlignment < pageSize }

    /// Gives the pages of the image in their order; what no part covers cannot be accessed.
    func forEachPart(pageSize: UInt64, _ body: (PageStretch) -> Void) {
        let end = (imageSize + (pageSize - 1)) & ~(pageSize - 1)
        guard !sharesPages(pageSize) else {
            body(PageStretch(range: 0..<end, protection: .executeWriteCopy))
            return
        }
        var reached: UInt64 = 0
        for part in parts {
            let partEnd = min((part.start + part.byteCount + (pageSize - 1)) & ~(pageSize - 1), end)
            if reached < part.start { body(PageStretch(range: reached..<part.start, protection: .noAccess)) }
            if part.start < partEnd { body(PageStretch(range: part.start..<partEnd, protection: part.protection)) }
            reached = partEnd
        }
        if reached < end { body(PageStretch(range: reached..<end, protection: .noAccess)) }
    }

    /// How many bytes of the first `byteCount` can come to need private copies.
    func copiedBytes(pageSize: UInt64, below byteCount: UInt64) -> UInt64 {
        var total: UInt64 = 0
        forEachPart(pageSize: pageSize) { stretch in
            guard stretch.protection.isCopyOnWrite, stretch.range.lowerBound < byteCount else { return }
            total += min(stretch.range.upperBound, byteCount) - stretch.range.lowerBound
        }
        return total
    }
}
