import CHostMemory
import MemoryMap
import VirtualMemory

/// What of the process's memory is in the machine's.
extension HostMemory {
    /// Reports the pages of a range that are in memory, ascending, neighbours mostly in one piece.
    ///
    /// - Parameter table: an open `/proc/self/pagemap`, or -1.
    static func residentPages(in range: VirtualRange, _ table: Int32, _ report: (VirtualRange) -> Void) {
        unsafe pageRuns(in: range, { unsafe host_resident_pages(table, $0, $1, $2, $3) }, report)
    }

    /// Asks for pages to be written out; the kernel does what it can.
    static func pageOut(_ range: VirtualRange) { _ = host_page_out(address(range), size(range)) }
}
