import MemoryMap

extension MemoryTypeInformation {
    /// The smallest number of pages that is kept for a type that has any.
    public static let leastPages = PageCount(4)

    /// The table for the next boot, from the largest number of pages that each type had in use in this one.
    ///
    /// EDK II's rule, so that its variable and this one agree:
    /// - a type that used more than was kept for it gets its use and a quarter;
    /// - one that used less than two thirds gets the same where `shrinks` is set, and stays else, because each change moves regions
    ///   that hibernation expects where they were;
    /// - one in between stays;
    /// - what is kept at all is four pages or more.
    ///
    /// - Parameters:
    ///   - peaks: the largest use of each type; types that are not listed used nothing. Only types of the table count.
    ///   - shrinks: whether this is a boot with default settings, which may give memory back.
    /// - Returns: The table; where it differs from this one, it takes a restart to be of use.
    /// - Complexity: O(*n* *m*) for *n* entries and *m* peaks.
    public func next(after peaks: [Entry], shrinks: Bool = false) -> MemoryTypeInformation {
        var next = self
        for index in entries.indices {
            let kept = entries[index].pages.rawValue
            let used = peaks.first { $0.type == entries[index].type }?.pages.rawValue ?? 0
            let isTooSmall = used > kept
            let isTooLarge = used.addingReportingOverflow(used / 2).partialValue < kept
            var pages = kept
            if isTooSmall || isTooLarge && shrinks {
                let (sum, overflow) = used.addingReportingOverflow(used / 4)
                pages = overflow ? Self.pageLimit.rawValue : min(sum, Self.pageLimit.rawValue)
            }
            if pages > 0 { pages = max(pages, Self.leastPages.rawValue) }
            next.entries[index].pages = PageCount(pages)
        }
        return next
    }
}
