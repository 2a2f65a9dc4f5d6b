import MemoryMap
import VirtualMemory

/// Watched memory. Where the kernel keeps track, its page tables are the record, and `watches` has only what they could lose; elsewhere
/// pages that were not written are closed to writes, and `watches` is the record.
extension HostBackend {
    /// Whether the kernel keeps track of the writes to a range, which lies in one region.
    func isTracked(_ range: VirtualRange) -> Bool {
        watches.isWatched(range.start) && HostMemory.tracking == .byKernel
    }

    /// Begins to watch a reservation.
    mutating func watch(_ range: VirtualRange) throws(BackendError) {
        switch HostMemory.tracking {
        case .byFaults: break
        case .byKernel: try HostMemory.track(range)
        case .refused: throw .accessDenied
        }
        watches.add(range)
    }

    /// Undoes the beginning, where the reservation failed.
    mutating func unwatch(_ range: VirtualRange) {
        if isTracked(range) { try? HostMemory.clear(range) }
        watches.remove(range)
    }

    /// Notes a write that a fault tells of.
    mutating func noteWrite(_ address: VirtualAddress) {
        // The kernel sees it when the instruction runs again.
        if HostMemory.tracking == .byFaults { watches.write(address) }
    }

    /// Takes over what the kernel knows, before it may drop pages.
    mutating func keepWrites(_ range: VirtualRange) {
        guard isTracked(range) else { return }
        var found: [VirtualRange] = []
        HostMemory.writtenPages(in: range) { found.append($0) }
        for written in found { noteWrites(written) }
    }

    /// Has every page of a range count as written.
    mutating func noteWrites(_ range: VirtualRange) {
        var page = range.start.rawValue
        while page <= range.last.rawValue {
            watches.write(VirtualAddress(page))
            page += HostMemory.pageSize
        }
    }

    /// The written pages of a range; some may be reported twice.
    func reportWrites(in range: VirtualRange, _ report: (VirtualRange) -> Void) {
        if isTracked(range) { HostMemory.writtenPages(in: range, report) }
        for written in watches.written(in: range) { report(written) }
    }

    /// Makes pages count as not written.
    ///
    /// - Returns: whether they have to be closed to writes for that, by protecting them anew.
    mutating func forgetWrites(_ range: VirtualRange) -> Bool {
        watches.forget(range)
        guard isTracked(range) else { return true }
        HostMemory.forgetWrites(range)
        return false
    }
}
