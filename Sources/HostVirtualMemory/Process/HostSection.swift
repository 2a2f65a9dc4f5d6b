public import VirtualMemory

/// A section of this process, for as long as somebody can map it: views that were made live on without it.
public final class HostSection: @unchecked Sendable {
    /// Only touched with the lock held, as everything that shares the ledger with it.
    private(set) var section: Section?

    /// What it was made with; a section of a file says so.
    public let attributes: SectionAttributes

    /// The most that views may allow.
    public let protection: PageProtection

    /// The size in bytes, which may grow.
    public var byteCount: UInt64 { HostProcess.current.withLock { section?.byteCount ?? 0 } }

    /// What the image says of itself.
    public let image: PEImage?

    init(_ section: Section) {
        self.section = section
        attributes = section.attributes
        protection = section.protection
        image = section.image
    }

    deinit {
        HostProcess.current.withLock {
            guard let section else { return }
            HostProcess.current.space.backend.storages.abandon(section.storage)
            self.section = nil
        }
    }
}
