/// What a checked allocation call will do.
enum AllocationPlan {
    /// A new allocation, at free addresses or in the place of the placeholder whose index is given.
    case reserve(Allocation, replacing: Int?, committedAs: PageProtection?, topDown: Bool)

    /// Storage for pages of an allocation, which has `charge` bytes more then; the run that holds the first of them is given.
    case commit(Range<UInt64>, from: RunTree<PageRun>.Cursor, allocation: Int, PageProtection, charge: UInt64)

    /// Storage for pages of a section, seen through a view.
    case commitView(Range<UInt64>, allocation: Int, PageProtection)
    case reset(Range<UInt64>)
    case undoReset(Range<UInt64>)

    var range: Range<UInt64> {
        switch self {
        case .reserve(let allocation, _, _, _): allocation.start..<allocation.end
        case .commit(let range, _, _, _, _), .commitView(let range, _, _), .reset(let range), .undoReset(let range): range
        }
    }
}
