import MemoryMap
import MemoryReport

extension MapWriter {
    /// The pages of a row in a form that has whole pages.
    private func pages(_ row: MapRow) throws(MapWriteError) -> PageCount? {
        guard let range = try writable(row) else { return nil }
        guard range.isPageAligned else { throw .notWholePages(line: row.line) }
        return range.pages
    }

    func writeDescriptors(_ map: ListedMap, _ sink: inout ByteBuffer) throws(MapWriteError) {
        if format == .shell { sink.write("Type       Start            End              # Pages          Attributes\n") }
        if format == .descriptorCSV { sink.write("Index, Type, Type(name), PhysicalStart, NumberOfPages, Attribute\n") }
        var number = 0
        var totals = ShellTotals()
        for row in map.rows {
            guard let pages = try pages(row) else { continue }
            switch format {
            case .shell:
                totals.add(row.type, pages)
                shellRow(row, pages, &sink)
            case .descriptorCSV: csvRow(row, pages, number, &sink)
            default: logRow(row, number, &sink)
            }
            number += 1
        }
        if format == .shell { totals.write(&sink) }
    }

    func writeBinaryDescriptors(_ map: ListedMap, _ sink: inout ByteBuffer) throws(MapWriteError) {
        guard descriptorSize >= 40, descriptorSize <= 4_096, descriptorSize % 8 == 0 else {
            throw .descriptorSize(descriptorSize)
        }
        for row in map.rows {
            guard let pages = try pages(row) else { continue }
            little(UInt64(row.type.rawValue), 8, &sink)
            little(row.start.rawValue, 8, &sink)
            little(0, 8, &sink)
            little(pages.rawValue, 8, &sink)
            little(row.effectiveAttributes.rawValue, 8, &sink)
            sink.write(0, count: descriptorSize - 40)
        }
    }

    private func shellRow(_ row: MapRow, _ pages: PageCount, _ sink: inout ByteBuffer) {
        if let word = ShellTotals.word(row.type) {
            sink.write(word, width: 10)
        } else {
            sink.write(hexadecimal: UInt64(row.type.rawValue), plainDigits: 8)
            sink.write("  ")
        }
        for value in [row.start.rawValue, row.last.rawValue, pages.rawValue, row.effectiveAttributes.rawValue] {
            sink.write(value == row.last.rawValue && sink.bytes.last != UInt8(ascii: " ") ? "-" : " ")
            sink.write(hexadecimal: value, plainDigits: 16, isCapital: true)
        }
        sink.newline()
    }

    private func csvRow(_ row: MapRow, _ pages: PageCount, _ number: Int, _ sink: inout ByteBuffer) {
        sink.write(decimal: number)
        sink.write(", ")
        sink.write(hexadecimal: UInt64(row.type.rawValue), plainDigits: 1, isCapital: true)
        sink.write(", Efi")
        sink.write(row.type.name)
        sink.write(", ")
        sink.write(hexadecimal: row.start.rawValue, plainDigits: 8, isCapital: true)
        sink.write(", ")
        sink.write(hexadecimal: pages.rawValue, plainDigits: 1, isCapital: true)
        sink.write(", ")
        sink.write(hexadecimal: row.effectiveAttributes.rawValue, plainDigits: 1, isCapital: true)
        sink.newline()
    }

    private func logRow(_ row: MapRow, _ number: Int, _ sink: inout ByteBuffer) {
        if format == .efi {
            sink.write("efi: mem")
            sink.write(decimal: UInt64(number), width: 2, padding: UInt8(ascii: "0"))
            sink.write(": ")
            bracket(row, &sink)
            sink.write(" range=[")
        } else {
            sink.write("efi:   ")
        }
        let digits = format == .efi ? 16 : 12
        sink.write(hexadecimal: row.start.rawValue, digits: digits)
        sink.write("-")
        sink.write(hexadecimal: row.last.rawValue, digits: digits)
        if format == .efi {
            sink.write("] (")
            sink.write(
                decimal: (row.last.rawValue - row.start.rawValue) >> 20
                    &+ ((row.last.rawValue - row.start.rawValue) & 0xFFFFF == 0xFFFFF ? 1 : 0))
            sink.write("MB)\n")
        } else {
            sink.write(" ")
            bracket(row, &sink)
            sink.newline()
        }
    }

    /// "[Conventional|   |  |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]", and numbers where there are no names.
    private func bracket(_ row: MapRow, _ sink: inout ByteBuffer) {
        let attributes = row.effectiveAttributes
        sink.write("[")
        if let word = Self.kernelWord(row.type) {
            sink.write(word, width: 12)
        } else {
            var field = TextField()
            field.write("type=")
            field.write(decimal: UInt64(row.type.rawValue))
            sink.write(field, width: 12)
        }
        let columns = Self.columns
        let named = columns.reduce(into: MemoryAttributes()) { $0.formUnion($1.0) }
        guard attributes.subtracting(named).isEmpty else {
            sink.write("|attr=")
            sink.write(hexadecimal: attributes.rawValue, digits: 16)
            sink.write("]")
            return
        }
        for (attribute, name) in columns {
            sink.write("|")
            let width = name.utf8CodeUnitCount
            if attributes.contains(attribute) { sink.write(name) } else { sink.write(UInt8(ascii: " "), count: width) }
        }
        sink.write("]")
    }

    private static var columns: [(MemoryAttributes, StaticString)] {
        [
            (.runtime, "RUN"), (.hotPluggable, "HP"), (.moreReliable, "MR"), (.cpuCrypto, "CC"), (.specificPurpose, "SP"),
            (.nonVolatile, "NV"), (.executeProtected, "XP"), (.readProtected, "RP"), (.writeProtected, "WP"), (.readOnly, "RO"),
            (.uncacheableExported, "UCE"), (.writeBack, "WB"), (.writeThrough, "WT"), (.writeCombining, "WC"),
            (.uncacheable, "UC"),
        ]
    }

    private static func kernelWord(_ type: MemoryType) -> StaticString? {
        switch type {
        case .reserved: "Reserved"
        case .loaderCode: "Loader Code"
        case .loaderData: "Loader Data"
        case .bootServicesCode: "Boot Code"
        case .bootServicesData: "Boot Data"
        case .runtimeServicesCode: "Runtime Code"
        case .runtimeServicesData: "Runtime Data"
        case .conventional: "Conventional"
        case .unusable: "Unusable"
        case .acpiReclaim: "ACPI Reclaim"
        case .acpiNVS: "ACPI Mem NVS"
        case .memoryMappedIO: "MMIO"
        case .memoryMappedIOPortSpace: "MMIO Port"
        case .palCode: "PAL Code"
        case .persistent: "Persistent"
        case .unaccepted: "Unaccepted"
        default: nil
        }
    }
}

/// The sums that the Shell prints after a map.
struct ShellTotals {
    private var pages: [MemoryType: UInt64] = [:]

    mutating func add(_ type: MemoryType, _ count: PageCount) { pages[type, default: 0] &+= count.rawValue }

    /// The Shell's order.
    private static let order: [MemoryType] = [
        .reserved, .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .runtimeServicesCode, .runtimeServicesData,
        .acpiReclaim, .acpiNVS, .memoryMappedIO, .memoryMappedIOPortSpace, .palCode, .conventional, .persistent,
    ]

    static func word(_ type: MemoryType) -> StaticString? {
        switch type {
        case .reserved: "Reserved"
        case .loaderCode: "LoaderCode"
        case .loaderData: "LoaderData"
        case .bootServicesCode: "BS_Code"
        case .bootServicesData: "BS_Data"
        case .runtimeServicesCode: "RT_Code"
        case .runtimeServicesData: "RT_Data"
        case .acpiReclaim: "ACPI_Recl"
        case .acpiNVS: "ACPI_NVS"
        case .memoryMappedIO: "MMIO"
        case .memoryMappedIOPortSpace: "MMIO_Port"
        case .palCode: "PalCode"
        case .conventional: "Available"
        case .persistent: "Persistent"
        default: nil
        }
    }

    func write(_ sink: inout ByteBuffer) {
        sink.write(" \n")
        for type in Self.order {
            guard let word = Self.word(type) else { continue }
            let count = pages[type] ?? 0
            sink.write("  ")
            sink.write(word, width: 10)
            sink.write(":")
            var field = TextField()
            field.write(decimal: count, thousands: true)
            sink.write(field, width: 15, alignment: .right)
            sink.write(" Pages (")
            sink.write(decimal: count &* PageCount.pageSize, thousands: true)
            sink.write(" Bytes)\n")
        }
        let total = pages.reduce(0) {
            $1.key == .reserved || $1.key.isMemoryMappedIO || $1.key == .unusable ? $0 : $0 &+ $1.value
        }
        sink.write("Total Memory:")
        var field = TextField()
        field.write(decimal: total / 256, thousands: true)
        sink.write(field, width: 15, alignment: .right)
        sink.write(" MB (")
        sink.write(decimal: total &* PageCount.pageSize, thousands: true)
        sink.write(" Bytes)\n")
    }
}
