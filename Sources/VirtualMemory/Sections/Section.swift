/// Storage that address spaces can map: a part of the paging file, a file of data, an executable image.
///
/// It lives as long as anybody refers to it, views included. Not thread-safe, as nothing in this module is.
public final class Section {
    /// What the backend finds its contents by.
    public let storage: SectionStorage

    /// What it was made with; a section of a file says so.
    public let attributes: SectionAttributes

    /// The most that views may allow.
    public let protection: PageProtection

    /// The size in bytes: whole pages for the paging file, to the byte for files.
    public internal(set) var byteCount: UInt64

    /// Its pages that have storage, by offset, where that is not all of them.
    var committed = PageSet()

    /// What an image says of itself.
    public let image: PEImage?

    /// Whether it is an image, which to ask takes no copy of what it says of itself.
    let isImage: Bool

    private let account: CommitAccount

    init(
        storage: SectionStorage, attributes: SectionAttributes, protection: PageProtection, byteCount: UInt64,
        image: PEImage? = nil, ledger: CommitLedger, charge: UInt64
    ) {
        self.storage = storage
        self.attributes = attributes
        self.protection = protection
        self.byteCount = byteCount
        self.image = image
        isImage = image != nil
        account = CommitAccount(ledger, charge: charge)
    }

    /// Whether pages have no storage until they are committed.
    public var isReserved: Bool { attributes.contains(.reserve) }

    /// Charges for pages, which are committed.
    func commit(_ range: Range<UInt64>) {
        account.add(uncommittedBytes(in: range))
        committed.insert(range)
    }

    func uncommittedBytes(in range: Range<UInt64>) -> UInt64 {
        range.upperBound - range.lowerBound - committed.byteCount(in: range)
    }
}
