import CHostMemory
import MemoryMap
import VirtualMemory

/// What of the process's memory is in the machine's.
extension HostMemory {
    /// Reports the pages of a range that are in memory, ascending, neighbours mostly in one piece.
    ///
    /// - Parameter table: an open `/proc/self/pagemap`, or -1.
    static func residentPages(in range: VirtualRange, _ table: Int32, _ report: (VirtualRange) -> Void) {
        let end = address(range) + UInt(size(range))
        var place = address(range)
        var runs = [host_page_run](repeating: host_page_run(), count: 64)
        while place < end {
            let capacity = runs.count
            // The array's own storage, of which the function fills as much as it says.
            let count = unsafe runs.withUnsafeMutableBufferPointer {
                unsafe host_resident_pages(table, &place, end, $0.baseAddress, capacity)
            }
            guard count >= 0 else { return }
            for run in runs[..<Int(count)] {
                let last = VirtualAddress(UInt64(run.end) - 1)
                if let resident = VirtualRange(start: VirtualAddress(UInt64(run.start)), last: last) { report(resident) }
            }
        }
    }

    /// Asks for pages to be written out; the kernel does what it can.
    static func pageOut(_ range: VirtualRange) { _ = host_page_out(address(range), size(range)) }
}
