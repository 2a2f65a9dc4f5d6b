public import MemoryMap

/// Why a guest's boot data cannot be made.
public enum GuestBootError: Error, Hashable, Sendable {
    /// A segment has no bytes.
    case empty(GuestSegment.Content)

    /// A segment passes 2^64, or the last address that its format can name.
    case addressOverflow(GuestSegment.Content, PhysicalAddress, byteCount: UInt64)

    /// Two segments meet.
    case overlap(GuestSegment.Content, PhysicalRange, GuestSegment.Content, PhysicalRange)

    /// A segment is larger than the room that it has.
    case tooLarge(GuestSegment.Content, byteCount: UInt64, limit: UInt64)

    /// An address that has to be a multiple of `alignment` is none.
    case misaligned(GuestSegment.Content, PhysicalAddress, alignment: UInt64)

    /// More entries than the format has room for.
    case tooMany(Entries, count: Int, limit: Int)

    /// Fewer entries than the format needs.
    case tooFew(Entries, count: Int, least: Int)

    /// The command line has a zero byte at this offset, which would end it.
    case zeroInCommandLine(offset: Int)

    /// A text of the SMBIOS or device tree has a zero byte, or none of the bytes that it needs.
    case badText(GuestSegment.Content)

    /// The kernel file is not what the boot protocol takes.
    case kernel(KernelFault)

    /// A window of addresses is empty, upside down or past what its descriptor can name.
    case badWindow(PhysicalRange)

    /// The plan has no place for this.
    case notPlanned(GuestSegment.Content)

    /// The bytes are more than the plan was made for.
    case differsFromPlan(GuestSegment.Content, PhysicalRange, byteCount: UInt64)

    /// The plan enters no Linux kernel of this architecture.
    case otherEntry

    /// What is counted.
    public enum Entries: Hashable, Sendable {
        case processors
        case memoryMapEntries
        case configurationWrites
        case buses
        case texts
        case windows
    }

    /// What is wrong with a kernel file.
    public enum KernelFault: Hashable, Sendable {
        /// The file ends before its header does.
        case truncated(byteCount: Int)

        /// The magic number at this offset is not the format's.
        case wrongMagic(offset: Int)

        /// A program header at this offset names bytes that the file does not have.
        case badSegment(offset: Int)
    }
}
