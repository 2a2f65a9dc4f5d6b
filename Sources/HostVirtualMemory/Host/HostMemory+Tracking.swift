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

    /// Reports the tracked pages that were written, ascending, neighbours mostly in one piece.
    static func writtenPages(in range: VirtualRange, _ report: (VirtualRange) -> Void) {
        let end = address(range) + UInt(size(range))
        var place = address(range)
        var runs = [host_page_run](repeating: host_page_run(), count: 64)
        while place < end {
            let capacity = runs.count
            // The array's own storage, of which the kernel fills as much as it says.
            let count = unsafe runs.withUnsafeMutableBufferPointer {
                unsafe host_written_pages(&place, end, $0.baseAddress, capacity)
            }
            // Memory that is not tracked any more has nothing written.
            guard count >= 0 else { return }
            for run in runs[..<Int(count)] {
                let last = VirtualAddress(UInt64(run.end) - 1)
                if let written = VirtualRange(start: VirtualAddress(UInt64(run.start)), last: last) {
                    report(written)
                }
            }
        }
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
