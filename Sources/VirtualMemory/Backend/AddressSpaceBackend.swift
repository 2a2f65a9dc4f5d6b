public import MemoryMap

/// Why a backend could not do what the bookkeeping asked for; it has changed nothing then.
public enum BackendError: Error, Hashable, Sendable {
    /// No memory, mappings or addresses are left.
    case outOfMemory

    /// Pages cannot be locked: too many are.
    case tooManyLocked

    /// The system does not allow it.
    case accessDenied

    /// Storage could not be read or written.
    case storageFailed

    /// The backend has no such thing.
    case unsupported
}

/// What a reservation is made with.
public struct ReservationAttributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Writes are recorded.
    public static let writeWatch = ReservationAttributes(rawValue: 1)

    /// Made of large pages, which are committed at once.
    public static let largePages = ReservationAttributes(rawValue: 2)

    /// The program maps physical pages itself.
    public static let physical = ReservationAttributes(rawValue: 4)

    /// Highest addresses first were asked for.
    public static let topDown = ReservationAttributes(rawValue: 8)

    /// Pages of 64 KiB are preferred, where there are some.
    public static let mediumPages = ReservationAttributes(rawValue: 16)
}

/// What stands under an address space's bookkeeping: the memory of a host, or a simulated machine.
///
/// Every call has been checked before: its range is of whole pages within one allocation (or of free addresses, to reserve), and
/// the change is allowed. The bookkeeping changes after the call returns; a call that throws has changed nothing. Protections come
/// with ``PageProtection/guardPage`` and the caching modifiers. Pages may allow less than they were told to, never more: an access
/// that faults is taken to ``AddressSpace/touch(_:_:)``, which says what it really is.
public protocol AddressSpaceBackend: ~Copyable {
    /// Takes free addresses or those of a whole placeholder, and gives all of them storage of zeros where there is a protection.
    mutating func reserve(
        _ range: VirtualRange, _ attributes: ReservationAttributes, committedAs protection: PageProtection?
    ) throws(BackendError)

    /// Gives private pages storage: those without get zeros, those with some keep it; all get the protection.
    mutating func commit(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError)

    /// Takes the storage from private pages, some of which may have none.
    mutating func decommit(_ range: VirtualRange) throws(BackendError)

    /// Gives the storage of addresses back, and the addresses themselves unless a placeholder stays there.
    mutating func release(_ range: VirtualRange, leavingPlaceholder: Bool) throws(BackendError)

    /// Changes the protection of pages with storage, private ones or those of a view.
    mutating func protect(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError)

    /// Maps a part of a section at free addresses or those of a whole placeholder.
    mutating func map(_ range: VirtualRange, _ view: ViewMapping) throws(BackendError)

    /// Takes a whole view away, and its addresses unless a placeholder stays there.
    mutating func unmap(_ range: VirtualRange, of storage: SectionStorage, leavingPlaceholder: Bool) throws(BackendError)

    /// Gives one page of a view a private copy, which is writable: `source` is the page alone, with the protection that it gets.
    ///
    /// Pages of a view that shares its storage are copied as well, once they were protected so.
    mutating func copyOnWrite(_ page: VirtualRange, of source: ViewMapping) throws(BackendError)

    /// Is told that the contents of private pages are dispensable.
    mutating func discard(_ range: VirtualRange)

    /// Whether all the contents that were dispensable are still there; they no longer are dispensable then. Of private pages that are
    /// not locked.
    mutating func undiscard(_ range: VirtualRange) -> Bool

    /// Keeps pages in memory.
    mutating func lock(_ range: VirtualRange) throws(BackendError)

    /// No longer keeps pages in memory.
    mutating func unlock(_ range: VirtualRange)

    /// Finds physical pages for the program to map itself, by frame number: as many as there are, up to `count`.
    mutating func allocateFrames(_ count: Int) throws(BackendError) -> [UInt64]

    /// Takes physical pages back.
    mutating func freeFrames(_ frames: [UInt64])

    /// Puts physical pages under addresses, one frame a page; an empty list takes them away.
    mutating func mapFrames(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError)

    /// Reports the watched pages of a range that were written since they were last asked for, where the backend finds out itself.
    mutating func takeWrites(in range: VirtualRange, _ report: (VirtualRange) -> Void)
}

extension AddressSpaceBackend where Self: ~Copyable {
    public mutating func discard(_ range: VirtualRange) {}
    public mutating func undiscard(_ range: VirtualRange) -> Bool { true }
    public mutating func lock(_ range: VirtualRange) throws(BackendError) {}
    public mutating func unlock(_ range: VirtualRange) {}
    public mutating func allocateFrames(_ count: Int) throws(BackendError) -> [UInt64] { throw .unsupported }
    public mutating func freeFrames(_ frames: [UInt64]) {}
    public mutating func mapFrames(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError) { throw .unsupported }
    public mutating func takeWrites(in range: VirtualRange, _ report: (VirtualRange) -> Void) {}
}

extension NTStatus {
    /// What a program is told of a backend's failure.
    init(_ error: BackendError) {
        self =
            switch error {
            case .outOfMemory: .noMemory
            case .tooManyLocked: .workingSetQuota
            case .accessDenied: .accessDenied
            case .storageFailed: .inPageError
            case .unsupported: .insufficientResources
            }
    }
}
