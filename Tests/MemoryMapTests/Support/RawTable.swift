import MemoryMap

/// A memory map's raw bytes, built row by row as firmware would, without any of the checks that the library makes.
struct RawTable {
    var bytes: [UInt8] = []
    var descriptorSize: Int
    var version: UInt32 = 1

    /// What fills the padding and the part of each row after byte 39.
    var filler: () -> UInt8 = { 0xA5 }

    init(descriptorSize: Int = 48) { self.descriptorSize = descriptorSize }

    init(_ rows: [MemoryDescriptor], descriptorSize: Int = 48) {
        self.init(descriptorSize: descriptorSize)
        for row in rows { append(row) }
    }

    mutating func append(_ row: MemoryDescriptor) {
        append(row.type.rawValue, 4)
        for _ in 0..<4 { bytes.append(filler()) }
        append(row.start.rawValue, 8)
        append(row.virtualStart.rawValue, 8)
        append(row.pages.rawValue, 8)
        append(row.attributes.rawValue, 8)
        for _ in 40..<max(descriptorSize, 40) { bytes.append(filler()) }
    }

    private mutating func append(_ value: some FixedWidthInteger, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8))) }
    }

    /// The rows that the library reads.
    func rows() throws(MemoryMapError) -> [MemoryDescriptor] {
        let view = try MemoryMapView(validating: bytes.span, descriptorSize: descriptorSize, descriptorVersion: version)
        var rows: [MemoryDescriptor] = []
        for index in 0..<view.count { rows.append(view[index]) }
        return rows
    }

    func map() throws(MemoryMapError) -> PhysicalMemoryMap {
        try PhysicalMemoryMap(
            try MemoryMapView(validating: bytes.span, descriptorSize: descriptorSize, descriptorVersion: version))
    }

    /// What the library finds wrong; nil where it accepts the table.
    func error() -> MemoryMapError? {
        do throws(MemoryMapError) {
            _ = try map()
            return nil
        } catch {
            return error
        }
    }
}

extension MemoryDescriptor {
    init(_ type: MemoryType, _ start: UInt64, pages: UInt64, _ attributes: MemoryAttributes = .allCachePolicies) {
        self.init(type: type, start: PhysicalAddress(start), pages: PageCount(pages), attributes: attributes)
    }
}

extension MemoryRegion {
    init(_ type: MemoryType, _ start: UInt64, pages: UInt64, _ attributes: MemoryAttributes = .allCachePolicies) {
        guard let range = PhysicalRange(start: PhysicalAddress(start), pages: PageCount(pages)) else {
            fatalError("a test's range")
        }
        self.init(range: range, type: type, attributes: attributes)
    }
}

func range(_ start: UInt64, _ last: UInt64) -> PhysicalRange {
    guard let range = PhysicalRange(start: PhysicalAddress(start), last: PhysicalAddress(last)) else {
        fatalError("a test's range")
    }
    return range
}
