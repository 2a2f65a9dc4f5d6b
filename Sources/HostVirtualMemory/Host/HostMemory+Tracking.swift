import CHostMemory
import MemoryMap
import VirtualMemory

/// Writes that the kernel keeps track of, where it can.
extension HostMemory {
    enum Tracking {
        /// Watched pages are closed to writes, and the processor's faults tell of them.
        case byFaults
        case byKernel

        /// The environment insists on the kernel, which cannot do it.
        case refused
    }

    /// Found out by trying, once, when it is first asked for.
    static let tracking: Tracking =
        switch host_tracking() {
        case HOST_TRACKING_BY_KERNEL: .byKernel
        case HOST_TRACKING_REFUSED: .refused
        default: .byFaults
        }

    /// Lets the kernel keep track of the writes to a range, until other memory is mapped there.
    static func track(_ range: VirtualRange) throws(BackendError) {
        try check(host_track_writes(address(range), size(range)))
    }

    /// Reports the tracked pages that were written, ascending, neighbours mostly in one piece; none of memory that is not tracked
    /// any more.
    static func writtenPages(in range: VirtualRange, _ report: (VirtualRange) -> Void) {
        unsafe pageRuns(in: range, { unsafe host_written_pages($0, $1, $2, $3) }, report)
    }

    /// Makes tracked pages count as not written.
    static func forgetWrites(_ range: VirtualRange) {
        _ = host_forget_writes(address(range), size(range))
    }

    /// Puts inaccessible memory without contents over a range, which stays tracked.
    static func clearTracked(_ range: VirtualRange) throws(BackendError) {
        try check(host_empty_tracked(address(range), size(range)))
    }

    /// Locks tracked pages; those that can be written count as written.
    static func lockTracked(_ range: VirtualRange) throws(BackendError) {
        guard host_lock_tracked(address(range), size(range)) == 0 else { throw .tooManyLocked }
    }
}
