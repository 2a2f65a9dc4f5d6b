public import MemoryMap

/// Why a layout is refused: who is in whose way, and where.
public enum LayoutProblem: Error, Hashable, Sendable {
    /// Two owners claim the same bytes.
    case overlap(LayoutRange, LayoutRange)

    /// An owner leaves the range that is kept for its kind.
    case leavesWindow(LayoutRange, window: PhysicalRange)

    /// Contents that have no single stretch of memory behind them. `nearest` is the memory that holds its start or lies below it.
    case outsideMemory(LayoutRange, nearest: LayoutRange?)

    /// A range passes the guest's physical addresses.
    case exceedsAddressWidth(LayoutRange, bits: UInt8)

    /// Nothing is left for a pool of addresses between where it would start and the address width.
    case emptyPool(LayoutOwner, start: PhysicalAddress, limit: PhysicalAddress)

    /// A range passes 2^64.
    case wraps(LayoutOwner, start: PhysicalAddress, byteCount: UInt64)

    /// There is no place for something of this size above `above`.
    case noRoom(LayoutOwner, byteCount: UInt64, above: PhysicalAddress)

    /// Less RAM than the layout has fixed places in.
    case memoryTooSmall(byteCount: UInt64, needed: UInt64)

    /// A size that is 0, or more than its owner can have.
    case badSize(LayoutOwner, byteCount: UInt64, limit: UInt64)

    /// A start or a size that is no multiple of what it has to be one of.
    case misaligned(LayoutOwner, value: UInt64, alignment: UInt64)

    /// More of something than there may be.
    case tooMany(Counted, count: UInt64, limit: UInt64)

    /// More ranges than a plan holds.
    case tooManyRanges(LayoutOwner, limit: Int)

    /// The profile's layout has no such part.
    case unsupported(LayoutFeature, LayoutProfile)

    /// A number of physical address bits that no processor of the architecture has.
    case badAddressBits(UInt8)

    /// The memory table calls RAM what no RAM stands behind.
    case tableClaimsRAM(E820Entry)

    /// The memory table calls RAM what tables lie in that the guest has to keep.
    case tableOffersContents(E820Entry, LayoutRange)

    /// Two rows of the memory table share bytes.
    case tableOverlap(E820Entry, E820Entry)

    /// The kernel and its initial RAM disk do not lie in one window of the size that the boot protocol asks for.
    case tooFarFromKernel(LayoutRange, kernel: LayoutRange, limit: UInt64)

    /// The guest does not get the RAM that was asked for.
    case amountDiffers(byteCount: UInt64, asked: UInt64)

    /// An initial RAM disk without a kernel that would take it.
    case noPayload

    /// A kernel for another architecture.
    case wrongKernel

    /// What is counted, not measured.
    public enum Counted: UInt8, Hashable, Sendable {
        case virtualProcessors
        case pciInterrupts
        case pciBuses
        case setupDataEntries
        case mappedFiles
    }
}

/// Parts of a layout that not every profile has.
public enum LayoutFeature: UInt8, Hashable, Sendable {
    case protectedVM
    case pciWindows
    case deviceTreePosition
    case persistentStore
    case cpuFrequencyVersion2
}
