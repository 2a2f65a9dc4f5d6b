public import KernelMemory
public import MemoryMap

/// Why an access to paged memory did not get through.
public enum PagedMemoryError: Error, Equatable, Sendable {
    /// The access leaves the pages that there are.
    case outOfRange(VirtualAddress, count: Int)

    /// The paging file failed; no data are lost, and the access may be tried again.
    case pagingFile(PagingFileError)

    /// Every page that there is storage for, this many, is in use.
    case outOfPages(Int)

    /// No more pages can be locked: what there are of frames beyond this many is for the others.
    case tooManyLocked(Int)

    /// The page tables could not be changed.
    case tables(PagingError)

    /// The processor refused an access that should have got through.
    case translation(TranslationFault)

    /// No memory answered where a frame should be.
    case memory(PhysicalMemoryError)
}
