import CHostMemory
import MemoryMap
import VirtualMemory

extension HostMemory {
    /// Looks for runs of pages between a place, which it moves on, and an end: fills a buffer of a capacity, and returns how many
    /// it found, or less than 0.
    typealias PageRunSearch = (UnsafeMutablePointer<UInt>, UInt, UnsafeMutablePointer<host_page_run>?, Int) -> Int32

    /// Reports all runs of pages that a search finds in a range; ends where it fails.
    static func pageRuns(in range: VirtualRange, _ search: PageRunSearch, _ report: (VirtualRange) -> Void) {
        let end = address(range) + UInt(size(range))
        var place = address(range)
        var runs = [host_page_run](repeating: host_page_run(), count: 64)
        while place < end {
            let capacity = runs.count
            // The array's own storage, of which the search fills as much as it says.
            let count = unsafe runs.withUnsafeMutableBufferPointer { unsafe search(&place, end, $0.baseAddress, capacity) }
            guard count >= 0 else { return }
            for run in runs[..<Int(count)] {
                let last = VirtualAddress(UInt64(run.end) - 1)
                if let found = VirtualRange(start: VirtualAddress(UInt64(run.start)), last: last) { report(found) }
            }
        }
    }
}
