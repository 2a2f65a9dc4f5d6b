import MemoryMap

/// Reads the binary forms of memory maps.
///
///     let (maps, notes) = try BinaryMapReader().read(bytes.span)
///
/// The rows are evidence as those of texts are: a row that describes nothing or passes 2^64 is kept with its defect. Only what makes
/// it impossible to find the rows is an error.
public struct BinaryMapReader: Sendable {
    /// The most rows that are read.
    public static let rowLimit = 1_000_000

    /// The form; nil to find out.
    public var format: BinaryMapFormat?

    /// The bytes from one UEFI descriptor to the next; nil to find out.
    public var descriptorSize: Int?

    public init(format: BinaryMapFormat? = nil, descriptorSize: Int? = nil) {
        (self.format, self.descriptorSize) = (format, descriptorSize)
    }

    /// What was read, and what had to be decided for it, for people.
    public struct Result: Sendable {
        public var collection: MapCollection
        public var format: BinaryMapFormat
        public var notes: [String]
    }

    /// Reads `bytes`.
    ///
    /// - Throws: what makes it impossible; nothing is read then.
    /// - Complexity: O(*n*) for *n* bytes.
    public func read(_ bytes: Span<UInt8>) throws(BinaryMapError) -> Result {
        let raw = bytes.rawBytes
        guard let format = format ?? Self.detect(raw) else { throw .notRecognized }
        var rows = BinaryRows()
        switch format {
        case .efiDescriptors: try EFIDescriptors.read(raw, size: descriptorSize, &rows)
        case .memoryAttributesTable: try AttributesTable.read(raw, &rows)
        case .e820Table: try E820Table.read(raw, &rows)
        case .bootParameters: try E820Table.readBootParameters(raw, &rows)
        case .multiboot1: try Multiboot.readFirst(raw, &rows)
        case .multiboot2: try Multiboot.readSecond(raw, &rows)
        case .deviceTree: try DeviceTreeMaps.read(raw, &rows)
        case .minidump: try Minidump.read(raw, &rows)
        case .limine: try LimineEntries.read(raw, &rows)
        case .coreboot: try CorebootTable.read(raw, &rows)
        }
        guard !rows.collection.maps.isEmpty else { throw .empty }
        return Result(collection: rows.collection, format: format, notes: rows.notes)
    }

    /// The form that `bytes` are in, by signatures first and by what the numbers would mean then; nil where none fits.
    public static func detect(_ bytes: RawSpan) -> BinaryMapFormat? {
        guard bytes.byteCount >= 20 else { return nil }
        switch bytes.littleEndian32(at: 0) {
        case 0xEDFE_0DD0: return .deviceTree
        case 0x504D_444D: return .minidump
        case 0x4F49_424C: return .coreboot
        default: break
        }
        if bytes.littleEndian(UInt64.self, at: 0) == LimineEntries.stivaleTag { return .limine }
        if bytes.littleEndian(UInt32.self, at: 0x202) == 0x5372_6448, bytes.byteCount >= 0x2D0 { return .bootParameters }
        if AttributesTable.fits(bytes) { return .memoryAttributesTable }
        if Multiboot.fitsSecond(bytes) { return .multiboot2 }
        if EFIDescriptors.header(bytes) != nil { return .efiDescriptors }
        if Multiboot.fitsFirst(bytes) { return .multiboot1 }
        if LimineEntries.fits(bytes) { return .limine }
        if E820Table.stride(bytes) != nil { return .e820Table }
        if EFIDescriptors.guess(bytes) != nil { return .efiDescriptors }
        return nil
    }

    /// Whether the start of a source looks like bytes rather than text of any encoding that ``MapReader`` reads.
    ///
    /// Texts have no zero bytes, except UTF-16, where every second one is zero and the others are not.
    public static func looksBinary(_ head: Span<UInt8>) -> Bool {
        let raw = head.rawBytes
        let count = min(raw.byteCount, 4_096)
        if count >= 2, raw.byte(at: 0) == 0xFF, raw.byte(at: 1) == 0xFE { return false }
        if count >= 2, raw.byte(at: 0) == 0xFE, raw.byte(at: 1) == 0xFF { return false }
        var (zeroes, zeroPairs, controls) = (0, 0, 0)
        for index in 0..<count {
            let byte = raw.byte(at: index)
            if byte == 0 {
                zeroes += 1
                if index > 0, raw.byte(at: index - 1) == 0 { zeroPairs += 1 }
            } else if byte < 8 {
                controls += 1
            }
        }
        // Kernel logs that were cut out of RAM have a stray zero now and then; binary maps are full of them.
        return zeroPairs * 32 > count || zeroes > 0 && controls * 64 > count
    }
}

/// Collects the rows of binary sources.
struct BinaryRows {
    private(set) var collection = MapCollection()
    var notes: [String] = []
    private var count = 0
    private var current: Int?

    /// Begins the next map.
    mutating func begin(_ kind: MapKind, _ label: String = "", _ convention: EndConvention) {
        current = collection.maps.count
        collection.maps.append(
            ListedMap(number: collection.maps.count, kind: kind, label: label, convention: convention, boot: 0, rows: []))
    }

    /// Adds a row to the map at hand, with its number from 1 up in place of a line.
    mutating func add(_ row: MapRow, word: StaticString = "") throws(BinaryMapError) {
        guard let current else { return }
        guard count < BinaryMapReader.rowLimit else { throw .tooManyRows }
        count += 1
        var row = row
        row.line = UInt32(collection.maps[current].rows.count + 1)
        row.word = collection.words.number(of: word)
        collection.maps[current].rows.append(row)
        collection.lineCount += 1
    }

    /// Adds a row with the name that stands in `bytes`.
    mutating func add(_ row: MapRow, name bytes: RawSpan, _ range: Range<Int>) throws(BinaryMapError) {
        try add(row)
        guard let current else { return }
        let last = collection.maps[current].rows.count - 1
        collection.maps[current].rows[last].word = collection.words.number(of: Line(bytes), range)
    }

    /// Takes maps without rows away.
    mutating func finish() { collection.maps.removeAll { $0.rows.isEmpty } }
}
