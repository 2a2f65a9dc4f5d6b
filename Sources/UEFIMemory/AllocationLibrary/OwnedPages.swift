public import MemoryMap

/// Pages that are freed when their owner goes out of scope.
///
/// They stay allocated where the services no longer free anything, as after the end of boot services: then they are the operating
/// system's to free.
public struct OwnedPages<Services: AllocationServices>: ~Copyable {
    /// The pages, as many as were asked for.
    public let range: PhysicalRange

    public let type: MemoryType
    private let services: Services
    private var isOwned = true

    /// Allocates pages.
    ///
    /// - Parameter count: from 1 to 2^52.
    /// - Returns: Nil where the services answer with memory that cannot exist, past 2^64: they lie.
    /// - Throws: what the services fail with.
    public init?(
        _ count: PageCount, _ type: MemoryType = .loaderData, at placement: PagePlacement = .anywhere, from services: Services
    ) throws(Services.Failure) {
        let start = try services.allocatePages(placement, type, count)
        guard let range = PhysicalRange(start: start, pages: count) else { return nil }
        self.init(range: range, type: type, services: services)
    }

    private init(range: PhysicalRange, type: MemoryType, services: Services) {
        self.range = range
        self.type = type
        self.services = services
    }

    deinit {
        guard isOwned else { return }
        do throws(Services.Failure) { try services.freePages(at: range.start, range.pages) } catch {}
    }

    /// Makes all bytes zero.
    public borrowing func zero() {
        if let byteCount = range.byteCount { services.zero(range.start, byteCount: byteCount) }
    }

    /// Copies bytes from elsewhere to the place `offset` bytes into the pages.
    ///
    /// - Returns: False where they do not fit there; nothing is copied then.
    public borrowing func copy(from source: PhysicalAddress, byteCount: UInt64, at offset: UInt64 = 0) -> Bool {
        guard let start = range.start.advanced(by: offset), let target = PhysicalRange(start: start, byteCount: byteCount),
            range.contains(target)
        else { return byteCount == 0 && range.byteCount.map { offset <= $0 } == true }
        services.copy(from: source, to: start, byteCount: byteCount)
        return true
    }

    /// Frees the pages now, and says how it went.
    public consuming func free() throws(Services.Failure) {
        isOwned = false
        try services.freePages(at: range.start, range.pages)
    }

    /// Gives the pages to the caller, who frees them or hands them on.
    public consuming func take() -> PhysicalRange {
        isOwned = false
        return range
    }

    /// Leaves the pages allocated for good.
    public consuming func leak() { isOwned = false }
}
