import MemoryMap

extension TextSink where Self: ~Copyable {
    /// Writes the headline figures of a map, one a line, at most 79 columns wide.
    ///
    /// Figures that are zero on most machines (soft reserved, persistent, unaccepted, unusable memory) get a line only where they are not.
    public mutating func writeSummary(_ summary: MemoryMapSummary) {
        write("Descriptors", width: SummaryColumns.label)
        write(decimal: summary.descriptorCount)
        write(" in ")
        write(decimal: summary.regionCount)
        write(summary.regionCount == 1 ? " region\n" : " regions\n")
        line("RAM described", summary.ram)
        line("Usable now", summary.usableNow)
        run(summary.largestUsableNow)
        line("Usable after exit", summary.usableAfterExit)
        run(summary.largestUsableAfterExit)
        line("Kept by firmware", summary.keptByFirmware)
        line("  runtime services", summary.runtimeServices)
        if summary.acpiReclaimable > .zero { line("ACPI reclaimable", summary.acpiReclaimable) }
        if summary.softReserved > .zero { line("Soft reserved", summary.softReserved) }
        if summary.persistent > .zero { line("Persistent", summary.persistent) }
        if summary.unaccepted > .zero { line("Unaccepted", summary.unaccepted) }
        if summary.pages(.unusable) > .zero { line("Unusable", summary.pages(.unusable)) }
        write("MMIO regions", width: SummaryColumns.label)
        write(decimal: summary.memoryMappedIORegions)
        newline()
        write("Rule after exit", width: SummaryColumns.label)
        write(summary.policy.name)
        newline()
    }

    private mutating func line(_ label: StaticString, _ pages: PageCount) {
        write(label, width: SummaryColumns.label)
        var size = TextField()
        size.write(size: pages)
        write(size, width: SummaryColumns.size)
        write(decimal: pages.rawValue, thousands: true)
        write(pages.rawValue == 1 ? " page\n" : " pages\n")
    }

    private mutating func run(_ range: PhysicalRange?) {
        write("  largest run", width: SummaryColumns.label)
        guard let range else {
            write("none\n")
            return
        }
        var size = TextField()
        size.write(size: range.pages)
        write(size, width: SummaryColumns.size)
        write("at ")
        write(hexadecimal: range.start.rawValue)
        newline()
    }
}

private enum SummaryColumns {
    static let label = 20
    static let size = 12
}
