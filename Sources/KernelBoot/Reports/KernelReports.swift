public import KernelMemory
public import MemoryMap
public import MemoryReport

// What a kernel says of the machine that it was handed, for programs as events and for people as text: the same words whether
// a processor runs it or the simulated machine.

extension TextSink where Self: ~Copyable {
    /// Writes the memory map: the raw table and its sums as events, and the tables.
    public mutating func writeMapReport(
        _ view: borrowing MemoryMapView, _ map: PhysicalMemoryMap, _ summary: MemoryMapSummary
    ) {
        writeMapEvents(
            view.bytes, descriptorSize: view.descriptorSize, descriptorVersion: MemoryDescriptor.Layout.version, from: .kernel)
        writeSummaryEvent(summary, from: .kernel)
        writeTypeEvents(summary, from: .kernel)
        writeRegionEvents(map, from: .kernel)
        write("\n")
        writeSummary(summary)
        write("\n")
        writeTypeTable(summary)
        write("\n")
        writeRegionTable(map)
        write("\n")
    }

    /// Writes what a walk through all page tables counted.
    public mutating func writePagingReport(_ audit: PageTableAudit) {
        write("page tables: ")
        write(decimal: audit.tables)
        write(" tables map ")
        write(size: audit.mappedPages)
        write(", ")
        write(decimal: audit.writableAndExecutable)
        write(" leaves writable and executable, page 0 ")
        write(audit.isPageZeroMapped ? "mapped\n" : "not mapped\n")
        writeEvent("paging", from: .kernel) { event in
            event.number("leaves4K", audit.leaves4KiB)
            event.number("leaves2M", audit.leaves2MiB)
            event.number("leaves1G", audit.leaves1GiB)
            event.number("writableAndExecutable", audit.writableAndExecutable)
            event.bool("pageZeroMapped", audit.isPageZeroMapped)
            event.number("tables", audit.tables)
        }
    }
}
