import MapFormats
import MemoryMap
import MemoryReport
import SeededRandom
import Testing

/// Puts binary tables together.
struct ByteMaker {
    var bytes: [UInt8] = []

    mutating func little(_ value: UInt64, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    mutating func big(_ value: UInt64, _ count: Int) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    mutating func text(_ text: String, paddedTo count: Int) {
        bytes += text.utf8
        bytes += [UInt8](repeating: 0, count: max(0, count - text.utf8.count))
    }

    static func descriptors(_ size: Int) -> [UInt8] {
        var maker = ByteMaker()
        for (type, start, pages, attributes) in [
            (3, 0, 1, 0xF), (7, 0x1000, 0x9F, 0xF), (7, 0x10_0000, 0x700, 0xF), (10, 0x80_0000, 8, 0xF),
            (6, 0xFFE0_0000, 0x200, 0x8000_0000_0000_0001),
        ] as [(UInt64, UInt64, UInt64, UInt64)] {
            // The padding after the type holds what was there before, as on real firmware.
            maker.little(type, 4)
            maker.little(0xAFAF_AFAF, 4)
            for value in [start, 0, pages, attributes] { maker.little(value, 8) }
            maker.bytes += [UInt8](repeating: 0, count: size - 40)
        }
        return maker.bytes
    }

    /// A device tree with memory, reservations, a bus that moves addresses and a disabled device.
    static var deviceTree: [UInt8] {
        var strings = ByteMaker()
        var offsets: [String: UInt64] = [:]
        for name in ["#address-cells", "#size-cells", "reg", "ranges", "no-map", "device_type", "status"] {
            offsets[name] = UInt64(strings.bytes.count)
            strings.text(name, paddedTo: name.utf8.count + 1)
        }
        var tree = ByteMaker()
        func begin(_ name: String) {
            tree.big(1, 4)
            tree.text(name, paddedTo: (name.utf8.count + 4) & ~3)
        }
        func property(_ name: String, _ cells: [UInt64]) {
            tree.big(3, 4)
            tree.big(UInt64(cells.count * 4), 4)
            tree.big(offsets[name] ?? 0, 4)
            for cell in cells { tree.big(cell, 4) }
        }
        func end() { tree.big(2, 4) }
        begin("")
        property("#address-cells", [2])
        property("#size-cells", [2])
        begin("memory@40000000")
        property("reg", [0, 0x4000_0000, 0, 0x1000_0000, 1, 0, 0, 0x2000_0000])
        end()
        begin("reserved-memory")
        property("#address-cells", [2])
        property("#size-cells", [2])
        property("ranges", [])
        begin("secure@4e000000")
        property("reg", [0, 0x4E00_0000, 0, 0x20_0000])
        property("no-map", [])
        end()
        begin("cma@48000000")
        property("reg", [0, 0x4800_0000, 0, 0x10_0000])
        end()
        end()
        begin("soc")
        property("#address-cells", [1])
        property("#size-cells", [1])
        property("ranges", [0x1000, 0, 0x9000_0000, 0x10000])
        begin("serial@2000")
        property("reg", [0x2000, 0x100])
        end()
        begin("outside@20000")
        property("reg", [0x20000, 0x100])
        end()
        begin("off@3000")
        property("reg", [0x3000, 0x100])
        tree.big(3, 4)
        tree.big(9, 4)
        tree.big(offsets["status"] ?? 0, 4)
        tree.text("disabled", paddedTo: 12)
        end()
        end()
        end()
        tree.big(9, 4)
        var blob = ByteMaker()
        let (reserve, structure) = (40, 40 + 32)
        let stringStart = structure + tree.bytes.count
        for value in [
            0xD00D_FEED, stringStart + strings.bytes.count, structure, stringStart, reserve, 17, 16, 0, strings.bytes.count,
            tree.bytes.count,
        ] { blob.big(UInt64(value), 4) }
        for value in [0x5000_0000, 0x1000, 0, 0] as [UInt64] { blob.big(value, 8) }
        return blob.bytes + tree.bytes + strings.bytes
    }

    static func e820(_ size: Int) -> [UInt8] {
        var maker = ByteMaker()
        for (start, length, type) in [
            (0, 0x9FC00, 1), (0x9FC00, 0x400, 2), (0x10_0000, 0x7FF0_0000, 1), (0x8000_0000, 0x1000, 4),
        ]
            as [(UInt64, UInt64, UInt64)]
        {
            maker.little(start, 8)
            maker.little(length, 8)
            maker.little(type, 4)
            if size == 24 { maker.little(1, 4) }
        }
        return maker.bytes
    }
}

@Suite("Binary maps")
struct BinaryReaderTests {
    private func rows(_ result: BinaryMapReader.Result, _ label: String = "") -> [Sample.Row] {
        result.collection.maps.filter { $0.label == label }.flatMap(\.rows).map {
            Sample.Row($0.start.rawValue, $0.last.rawValue, $0.type)
        }
    }

    private static let descriptorRows = [
        Sample.Row(0, 0xFFF, .bootServicesCode), Sample.Row(0x1000, 0x9FFFF, .conventional),
        Sample.Row(0x10_0000, 0x7F_FFFF, .conventional), Sample.Row(0x80_0000, 0x80_7FFF, .acpiNVS),
        Sample.Row(0xFFE0_0000, 0xFFFF_FFFF, .runtimeServicesData),
    ]
    private static let e820Rows = [
        Sample.Row(0, 0x9FBFF, .conventional), Sample.Row(0x9FC00, 0x9FFFF, .reserved),
        Sample.Row(0x10_0000, 0x7FFF_FFFF, .conventional), Sample.Row(0x8000_0000, 0x8000_0FFF, .acpiNVS),
    ]

    @Test("The distance of descriptors is found, and said", arguments: [40, 48, 56, 64])
    func strides(size: Int) throws {
        let result = try BinaryMapReader().read(ByteMaker.descriptors(size).span)
        #expect(result.format == .efiDescriptors)
        #expect(rows(result) == Self.descriptorRows)
        #expect(result.notes.first?.contains("\(size) bytes") ?? false)
    }

    @Test("A distance that is given is taken, and one that cannot be is an error")
    func givenStride() throws {
        let bytes = ByteMaker.descriptors(72)
        #expect(rows(try BinaryMapReader(format: .efiDescriptors, descriptorSize: 72).read(bytes.span)) == Self.descriptorRows)
        for size in [0, 39, 41, 5_000] {
            #expect(throws: BinaryMapError.descriptorSize(size)) {
                try BinaryMapReader(format: .efiDescriptors, descriptorSize: size).read(bytes.span)
            }
        }
    }

    @Test("The header of FreeBSD's loader gives the distance")
    func freeBSDHeader() throws {
        var maker = ByteMaker()
        let body = ByteMaker.descriptors(48)
        maker.little(UInt64(body.count), 8)
        maker.little(48, 8)
        maker.little(1, 4)
        maker.little(0, 12)
        #expect(rows(try BinaryMapReader().read((maker.bytes + body).span)) == Self.descriptorRows)
    }

    @Test("The memory attributes table")
    func attributesTable() throws {
        var maker = ByteMaker()
        for value in [2, 1, 48, 1] as [UInt64] { maker.little(value, 4) }
        for value in [5, 0x7F00_0000, 0, 16, 0x8000_0000_0002_0000, 0] as [UInt64] { maker.little(value, 8) }
        let result = try BinaryMapReader().read(maker.bytes.span)
        #expect(result.format == .memoryAttributesTable)
        #expect(rows(result) == [Sample.Row(0x7F00_0000, 0x7F00_FFFF, .runtimeServicesCode)])
        #expect(result.collection.maps.first?.rows.first?.attributes == [.runtime, .readOnly])
    }

    @Test("Entries of the BIOS's map of both sizes", arguments: [20, 24])
    func e820(size: Int) throws {
        let result = try BinaryMapReader().read(ByteMaker.e820(size).span)
        #expect(result.format == .e820Table || size == 24 && result.format == .limine)
        if result.format == .e820Table { #expect(rows(result) == Self.e820Rows) }
        #expect(rows(try BinaryMapReader(format: .e820Table).read(ByteMaker.e820(size).span)) == Self.e820Rows)
    }

    @Test("Linux's boot parameters")
    func bootParameters() throws {
        var page = [UInt8](repeating: 0, count: 4_096)
        page[0x1E8] = 4
        page.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        page.replaceSubrange(0x2D0..<0x2D0 + 80, with: ByteMaker.e820(20))
        let result = try BinaryMapReader().read(page.span)
        #expect(result.format == .bootParameters)
        #expect(rows(result, "boot_params") == Self.e820Rows)
        page[0x1E8] = 200
        #expect(throws: BinaryMapError.malformed(offset: 0x1E8)) { try BinaryMapReader().read(page.span) }
    }

    @Test("Both versions of Multiboot")
    func multiboot() throws {
        var first = ByteMaker()
        let entries = ByteMaker.e820(20)
        for index in 0..<4 {
            first.little(20, 4)
            first.bytes += entries[index * 20..<index * 20 + 20]
        }
        let one = try BinaryMapReader().read(first.bytes.span)
        #expect(one.format == .multiboot1)
        #expect(rows(one) == Self.e820Rows)
        var second = ByteMaker()
        second.little(0, 8)
        second.little(6, 4)
        second.little(16 + 4 * 24, 4)
        second.little(24, 4)
        second.little(0, 4)
        for index in 0..<4 {
            second.bytes += entries[index * 20..<index * 20 + 20]
            second.little(0, 4)
        }
        let descriptors = ByteMaker.descriptors(48)
        second.little(17, 4)
        second.little(UInt64(16 + descriptors.count), 4)
        second.little(48, 4)
        second.little(1, 4)
        second.bytes += descriptors
        second.little(0, 4)
        second.little(8, 4)
        let count = second.bytes.count
        second.bytes[0] = UInt8(count & 0xFF)
        second.bytes[1] = UInt8(count >> 8)
        let two = try BinaryMapReader().read(second.bytes.span)
        #expect(two.format == .multiboot2)
        #expect(rows(two) == Self.e820Rows)
        #expect(rows(two, "multiboot2") == Self.descriptorRows)
    }

    @Test("A device tree: memory, reservations, and devices behind a bus")
    func deviceTree() throws {
        let result = try BinaryMapReader().read(ByteMaker.deviceTree.span)
        #expect(result.format == .deviceTree)
        #expect(
            rows(result, "memory") == [
                Sample.Row(0x4000_0000, 0x4FFF_FFFF, .conventional), Sample.Row(0x1_0000_0000, 0x1_1FFF_FFFF, .conventional),
            ])
        #expect(rows(result, "memreserve") == [Sample.Row(0x5000_0000, 0x5000_0FFF, .reserved)])
        #expect(
            rows(result, "reserved-memory") == [
                Sample.Row(0x4E00_0000, 0x4E1F_FFFF, .reserved), Sample.Row(0x4800_0000, 0x480F_FFFF, .reserved),
            ])
        #expect(result.collection.maps.first { $0.label == "reserved-memory" }?.rows.map(\.number) == [1, 0])
        #expect(rows(result, "devices") == [Sample.Row(0x9000_1000, 0x9000_10FF, .memoryMappedIO)])
    }

    @Test("coreboot's table, Limine's entries and stivale2's tag")
    func loaders() throws {
        var table = ByteMaker()
        table.text("LBIO", paddedTo: 4)
        for value in [24, 0, 8 + 40, 0, 1] as [UInt64] { table.little(value, 4) }
        table.little(1, 4)
        table.little(48, 4)
        for value in [(0, 0xA0000, 1), (0x7F00_0000, 0x10_0000, 16)] as [(UInt64, UInt64, UInt64)] {
            table.little(value.0, 8)
            table.little(value.1, 8)
            table.little(value.2, 4)
        }
        #expect(
            rows(try BinaryMapReader().read(table.bytes.span)) == [
                Sample.Row(0, 0x9FFFF, .conventional), Sample.Row(0x7F00_0000, 0x7F0F_FFFF, .reserved),
            ])
        var entries = ByteMaker()
        for value in [(0x1000, 0x9E000, 0), (0x10_0000, 0x1000, 5), (0xFD00_0000, 0x1000, 7)] as [(UInt64, UInt64, UInt64)] {
            for part in [value.0, value.1, value.2] { entries.little(part, 8) }
        }
        let limine = try BinaryMapReader().read(entries.bytes.span)
        #expect(limine.format == .limine)
        #expect(rows(limine).map(\.type) == [.conventional, .bootServicesData, .memoryMappedIO])
        var tag = ByteMaker()
        for value in [0x2187_F79E_8612_DE07, 0, 1, 0x1000, 0x2000, 0x1000] as [UInt64] { tag.little(value, 8) }
        #expect(rows(try BinaryMapReader().read(tag.bytes.span)) == [Sample.Row(0x1000, 0x2FFF, .bootServicesData)])
    }

    @Test("A minidump's regions")
    func minidump() throws {
        var dump = ByteMaker()
        dump.text("MDMP", paddedTo: 8)
        dump.little(1, 4)
        dump.little(32, 4)
        dump.little(0, 16)
        for value in [16, 16 + 96, 44] as [UInt64] { dump.little(value, 4) }
        dump.little(16, 4)
        dump.little(48, 4)
        dump.little(2, 8)
        for (base, size, state, protection) in [(0x10000, 0x2000, 0x1000, 0x40), (0x12000, 0x1000, 0x1_0000, 1)]
            as [(UInt64, UInt64, UInt64, UInt64)]
        {
            dump.little(base, 8)
            dump.little(base, 8)
            dump.little(protection, 8)
            dump.little(size, 8)
            for value in [state, protection, 0x2_0000, 0] { dump.little(value, 4) }
        }
        let result = try BinaryMapReader().read(dump.bytes.span)
        let list = try #require(result.collection.maps.first?.rows)
        #expect(rows(result, "process").first == Sample.Row(0x10000, 0x11FFF, .conventional))
        #expect(list.first?.attributes == [])
        #expect(list.last?.marks.contains(.isGap) ?? false)
    }

    @Test("What is written as binary is read again", arguments: [40, 48, 56])
    func roundTrip(size: Int) throws {
        let first = try BinaryMapReader().read(ByteMaker.descriptors(48).span)
        for format in [MapOutputFormat.efiDescriptors, .e820Table] {
            var writer = MapWriter(format)
            writer.descriptorSize = size
            var buffer = ByteBuffer()
            try writer.write(first.collection.maps[0], words: first.collection.words, to: &buffer)
            let second = try BinaryMapReader().read(buffer.bytes.span)
            #expect(rows(second).map(\.start) == Self.descriptorRows.map(\.start))
            if format == .efiDescriptors { #expect(rows(second) == Self.descriptorRows) }
        }
    }

    static let samples: [(BinaryMapFormat, [UInt8])] = [
        (.efiDescriptors, ByteMaker.descriptors(48)), (.deviceTree, ByteMaker.deviceTree), (.e820Table, ByteMaker.e820(20)),
    ]

    @Test("Damaged bytes are an error or rows, and nothing else", arguments: UInt64(0)..<200)
    func hostile(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for (_, sample) in Self.samples {
            var bytes = sample
            for _ in 0..<1 + random.below(8) {
                switch random.below(3) {
                case 0 where !bytes.isEmpty: bytes[random.below(bytes.count)] = UInt8(random.below(256))
                case 1 where !bytes.isEmpty:
                    bytes.replaceSubrange(random.below(bytes.count)..<bytes.count, with: [])
                default: bytes.append(0xFF)
                }
            }
            for format in [nil] + BinaryMapFormat.allCases {
                do throws(BinaryMapError) {
                    let result = try BinaryMapReader(format: format).read(bytes.span)
                    for map in result.collection.maps { _ = ResolvedMap(map) }
                } catch {
                    #expect(!error.explanation.isEmpty)
                }
            }
        }
    }

    @Test("Random bytes are no map that anyone would believe, and no crash", arguments: UInt64(0)..<50)
    func noise(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<960).map { _ in UInt8(random.below(256)) }
        #expect(isNoise(bytes))
        for format in BinaryMapFormat.allCases { _ = try? BinaryMapReader(format: format).read(bytes.span) }
    }

    // Expectations cannot hold spans.
    private func looksBinary(_ bytes: [UInt8]) -> Bool { BinaryMapReader.looksBinary(bytes.span) }

    private func isNoise(_ bytes: [UInt8]) -> Bool {
        do throws(BinaryMapError) {
            _ = try BinaryMapReader().read(bytes.span)
            return false
        } catch {
            return error == .notRecognized
        }
    }

    @Test("Text is told from bytes")
    func textOrBytes() {
        for sample in Sample.all { #expect(!looksBinary(Array(sample.text.utf8))) }
        let wide = Sample.all[0].text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(!looksBinary(wide))
        #expect(!looksBinary([0xFF, 0xFE]))
        for (_, bytes) in Self.samples { #expect(looksBinary(bytes)) }
    }
}
