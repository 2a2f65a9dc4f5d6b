import MemoryMap
public import MemoryReport

/// Writes a map in another form, if that form can hold it: no row is bent, shortened or left out without an error.
///
/// Types are translated where the forms have different ones: UEFI's become those that Linux makes of them for the BIOS's map
/// (loader, boot services and conventional memory with write-back are usable, everything unknown is reserved), and those of the
/// BIOS become UEFI's nearest (usable is conventional). Holes and parts of other rows are written only in forms that have them.
public struct MapWriter: Sendable {
    public var format: MapOutputFormat

    /// The bytes from one binary descriptor to the next.
    public var descriptorSize = 48

    /// The name of the source, which Strata's own forms keep.
    public var source = ""

    public init(_ format: MapOutputFormat) { self.format = format }

    /// Writes `map` to `sink`.
    ///
    /// - Parameters:
    ///   - map: the map; its rows are written in its order.
    ///   - words: the words of its source.
    ///   - number: its number among those that are written, from 0 up.
    /// - Throws: what cannot be written first; what `sink` got until then is of no use.
    /// - Complexity: O(*n*) for *n* rows.
    public func write(_ map: ListedMap, words: WordTable, number: Int = 0, to sink: inout ByteBuffer) throws(MapWriteError) {
        switch format {
        case .json: writeJSON(map, words, number, &sink)
        case .csv: writeCSV(map, words, number, &sink)
        case .e820, .firmwareMemmap, .e820Table: try writeE820(map, &sink)
        case .iomem: try writeIOMem(map, words, &sink)
        case .efi, .efiByAddress, .shell, .descriptorCSV: try writeDescriptors(map, &sink)
        case .efiDescriptors: try writeBinaryDescriptors(map, &sink)
        }
    }

    /// What stands before the first map of a document.
    public func begin(_ sink: inout ByteBuffer) {
        if format == .csv {
            sink.write(StrataRows.csvHeader)
            sink.newline()
        }
    }
}

extension MapWriter {
    /// The range of a row that has one and is to be written; nil for holes and parts of others.
    func writable(_ row: MapRow) throws(MapWriteError) -> PhysicalRange? {
        guard row.isCounted else { return nil }
        guard let range = row.range else { throw .defectiveRow(line: row.line, defect: row.defect) }
        return range
    }
}
