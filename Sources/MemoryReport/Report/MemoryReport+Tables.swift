import MemoryMap

/// The widths of a table's columns, without the blank between them.
private enum Columns {
    static let type = 19
    static let address = 18
    static let pages = 9
    static let size = 10
    static let count = 11
}

extension TextSink where Self: ~Copyable {
    /// Writes a line for each type that occurs: descriptors, merged regions, pages and size; at most 79 columns wide.
    public mutating func writeTypeTable(_ summary: MemoryMapSummary) {
        header("Type", Columns.type, .left)
        header("Descriptors", Columns.count, .right)
        header("Regions", Columns.count, .right)
        header("Pages", Columns.pages, .right)
        write("Size", width: Columns.size, alignment: .right)
        newline()
        for total in summary.byType {
            cell(Columns.type, .left) { $0.write(total.type) }
            cell(Columns.count, .right) { $0.write(decimal: UInt64(total.descriptors)) }
            cell(Columns.count, .right) { $0.write(decimal: UInt64(total.regions)) }
            cell(Columns.pages, .right) { $0.write(decimal: total.pages.rawValue) }
            lastCell(Columns.size) { $0.write(size: total.pages) }
            newline()
        }
    }

    /// Writes a line for each region: type, base, pages, size and attributes.
    ///
    /// At most 79 columns wide for ordinary RAM ("0xf [UC|WC|WT|WB]"); longer lists of attributes make longer lines.
    public mutating func writeRegionTable(_ map: PhysicalMemoryMap) {
        header("Type", Columns.type, .left)
        header("Base", Columns.address, .left)
        header("Pages", Columns.pages, .right)
        header("Size", Columns.size, .right)
        write(" Attributes\n")
        for region in map.regions { writeRegion(region) }
    }

    /// Writes one line of the region table.
    public mutating func writeRegion(_ region: MemoryRegion) {
        cell(Columns.type, .left) { $0.write(region.type) }
        write(hexadecimal: region.range.start.rawValue, digits: 16)
        write(" ")
        cell(Columns.pages, .right) { $0.write(decimal: region.pages.rawValue) }
        cell(Columns.size, .right) { $0.write(size: region.pages) }
        write(" ")
        write(region.attributes)
        newline()
    }

    private mutating func header(_ text: StaticString, _ width: Int, _ alignment: TextAlignment) {
        write(text, width: width, alignment: alignment)
        write(" ")
    }

    private mutating func cell(_ width: Int, _ alignment: TextAlignment, _ content: (inout TextField) -> Void) {
        var field = TextField()
        content(&field)
        write(field, width: width, alignment: alignment)
        write(" ")
    }

    private mutating func lastCell(_ width: Int, _ content: (inout TextField) -> Void) {
        var field = TextField()
        content(&field)
        write(field, width: width, alignment: .right)
    }
}
