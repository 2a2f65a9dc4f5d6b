public import PageReplacement
public import SystemPackage

/// Why a page could not be written to the paging file or read back.
public enum PagingFileError: Error, Equatable, Sendable {
    /// Every slot holds a page; a larger paging file or fewer dirty pages help.
    case full(slots: Int)

    /// The device refused to write the page.
    case writeFailed(PageIndex, offset: Int64, Errno)

    /// The device refused to read the page.
    case readFailed(PageIndex, offset: Int64, Errno)

    /// What came back is not what was written: the write was torn, or the device damaged the page later.
    case damaged(PageIndex, offset: Int64)

    /// The file never held the page.
    case absent(PageIndex)

    /// The sentence for people.
    public var explanation: String {
        switch self {
        case .full(let slots): "the paging file is full: all \(slots) slots hold a page; make it larger"
        case .writeFailed(let page, let offset, let errno):
            "page \(page.rawValue) could not be written to the paging file at byte \(offset): \(errno)"
        case .readFailed(let page, let offset, let errno):
            "page \(page.rawValue) could not be read from the paging file at byte \(offset): \(errno)"
        case .damaged(let page, let offset):
            "page \(page.rawValue) in the paging file at byte \(offset) is not what was written there: a torn write, or damage"
        case .absent(let page): "page \(page.rawValue) was never written to the paging file"
        }
    }
}
