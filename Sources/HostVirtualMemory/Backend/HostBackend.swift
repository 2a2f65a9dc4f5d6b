import MemoryMap
import VirtualMemory

/// The memory of this process under an address space's bookkeeping.
///
/// Reservations lie in addresses that were claimed before, inaccessible: they cost nothing. Pages are committed by changing their
/// protection, which leaves everything as it was where it fails, and decommitted by mapping inaccessible memory over them. Views are
/// mappings of their section's file. Pages that must not be written yet, because writes are watched or make a copy, and guard pages
/// allow less than they were told to; their faults are judged by the bookkeeping.
struct HostBackend: ~Copyable {
    /// What sections are stored in.
    var storages = StorageTable()

    var watches = WriteWatches()

    /// Physical pages of the program's.
    var frames = FrameStorage()

    /// Addresses of the arenas that nothing is mapped at: see HostBackend+Holes.
    var holes = RangeList()

    /// Former holes that others have mapped something in, to be taken out of the bookkeeping's hands.
    var lost: [VirtualRange] = []

    /// Set while something is released that may leave a hole: the whole of an allocation in an arena.
    var mayLeaveHole = false

    /// Set while the bookkeeping takes over addresses of the rest of the program: nothing is done to them.
    var isAdopting = false

    /// Set while large pages are allocated that nothing else may stand for.
    var insistsOnLargePages = false

    /// Set while memory is released of which nothing is committed: it is as inaccessible and empty as it is to become.
    var isClean = false

    init() {}

    /// What the processor allows for a protection; reading, where there is a copy or a record to make before a write.
    static func access(_ protection: PageProtection) -> HostMemory.Access {
        if protection.contains(.guardPage) { return [] }
        switch protection.base {
        case .readOnly, .writeCopy: return .read
        case .readWrite: return [.read, .write]
        // Processors that can execute a page can read it.
        case .execute, .executeRead, .executeWriteCopy: return [.read, .execute]
        case .executeReadWrite: return [.read, .write, .execute]
        default: return []
        }
    }
}

extension HostBackend: AddressSpaceBackend {
    mutating func reserve(
        _ range: VirtualRange, _ attributes: ReservationAttributes, committedAs protection: PageProtection?
    ) throws(BackendError) {
        guard !isAdopting else { return }
        if let protection, attributes.isSubset(of: .topDown), !holes.isEmpty {
            let access = Self.access(protection)
            if try fillHole(range, { (range) throws(BackendError) in try HostMemory.mapNew(range, access) }) { return }
        }
        try closeHoles(in: range)
        if attributes.contains(.writeWatch) { try watch(range) }
        guard let protection else { return }
        if attributes.contains(.largePages), try mapLargePages(range, protection) { return }
        do throws(BackendError) {
            try protect(range, protection)
        } catch {
            if attributes.contains(.writeWatch) { unwatch(range) }
            throw error
        }
        if !attributes.isDisjoint(with: [.largePages, .mediumPages]) { HostMemory.preferLargePages(range) }
    }

    mutating func commit(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {
        try protect(range, protection)
    }

    mutating func decommit(_ range: VirtualRange) throws(BackendError) {
        if isTracked(range) { try HostMemory.clearTracked(range) } else { try HostMemory.clear(range) }
        watches.forget(range)
    }

    mutating func release(_ range: VirtualRange, leavingPlaceholder: Bool) throws(BackendError) {
        guard !isAdopting else { return }
        // Physical pages are mapped without being committed.
        if !isClean || !frames.isUnused || isTracked(range) {
            if leavingPlaceholder || !leaveHole(range) { try HostMemory.clear(range) }
        }
        watches.remove(range)
    }

    @inline(__always)
    mutating func protect(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {
        let access = Self.access(protection)
        guard access.contains(.write), watches.isWatched(range.start), !isTracked(range) else {
            try HostMemory.protect(range, access)
            return
        }
        try HostMemory.protect(range, access.subtracting(.write))
        for written in watches.written(in: range) { try HostMemory.protect(written, access) }
    }

    mutating func map(_ range: VirtualRange, _ view: ViewMapping) throws(BackendError) {
        guard let storage = storages[view.storage] else { throw .storageFailed }
        let access = view.isReserved ? [] : Self.access(view.protection)
        let isShared = !view.isCopyOnWrite && !storage.isImage
        let fills = try fillHole(range) { (range) throws(BackendError) in
            try HostMemory.mapNew(range, access, descriptor: storage.descriptor, offset: view.offset, isShared: isShared)
        }
        if !fills {
            try HostMemory.map(range, access, descriptor: storage.descriptor, offset: view.offset, isShared: isShared)
        }
        if view.prefersLargePages { HostMemory.preferLargePages(range) }
        storages.addView(of: view.storage)
    }

    mutating func unmap(
        _ range: VirtualRange, of storage: SectionStorage, leavingPlaceholder: Bool
    ) throws(BackendError) {
        if leavingPlaceholder || !leaveHole(range) { try HostMemory.clear(range) }
        storages.removeView(of: storage)
    }

    mutating func copyOnWrite(_ page: VirtualRange, of source: ViewMapping) throws(BackendError) {
        // The kernel copies the page when the write is made again, of a mapping that is private or becomes it here.
        let access = Self.access(source.protection)
        guard let storage = storages[source.storage], !source.isCopyOnWrite, !storage.isImage else {
            try HostMemory.protect(page, access)
            return
        }
        try HostMemory.map(page, access, descriptor: storage.descriptor, offset: source.offset, isShared: false)
    }

    mutating func discard(_ range: VirtualRange) {
        keepWrites(range)
        HostMemory.makeFree(range)
    }

    mutating func undiscard(_ range: VirtualRange) -> Bool {
        // The kernel would go on to drop them until they are written.
        guard HostMemory.keep(range) else { return false }
        // It cannot tell that from the program's own writes, of which none may be lost.
        if isTracked(range) { noteWrites(range) }
        return true
    }

    mutating func lock(_ range: VirtualRange) throws(BackendError) {
        if isTracked(range) { try HostMemory.lockTracked(range) } else { try HostMemory.lock(range) }
    }

    mutating func unlock(_ range: VirtualRange) { HostMemory.unlock(range) }

    mutating func allocateFrames(_ count: Int) throws(BackendError) -> [UInt64] { frames.allocate(count) }

    mutating func freeFrames(_ numbers: [UInt64]) { frames.free(numbers) }

    mutating func mapFrames(_ range: VirtualRange, _ numbers: [UInt64]) throws(BackendError) {
        guard !numbers.isEmpty else {
            try HostMemory.clear(range)
            return
        }
        try frames.map(range, numbers)
    }

    mutating func takeWrites(in range: VirtualRange, _ report: (VirtualRange) -> Void) {
        reportWrites(in: range, report)
    }
}
