/// Where the contents of a page that was never written come from.
public enum PageBacking: Sendable {
    /// Private memory: zeros at first use, the paging file once it was written back.
    case pagingFile
    /// A mapped file: every page is on disk from the start.
    case file
}
