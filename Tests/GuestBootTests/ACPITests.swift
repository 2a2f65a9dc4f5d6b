import GuestBoot
import MemoryMap
import SeededRandom
import Testing

@Suite struct ACPITests {
    static let start = PhysicalAddress(0xE_0000)
    static let limit = PhysicalAddress(0xF_0000)

    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var machine: ACPIMachine
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let low = range(0xD000_0000, 0x2400_0000)
        let high = range(0x1_0800_0000, 0xFE_F800_0000)
        let space = try? ACPIMachine.EnhancedConfiguration(range(0xF400_0000, 64 << 20))
        return [
            Case(name: "pc", machine: ACPIMachine(chipset: .i440FX, windows: [low, high])),
            Case(
                name: "q35 with ECAM",
                machine: ACPIMachine(chipset: .q35, processors: 4, enhancedConfiguration: space, windows: [low, high])),
            Case(name: "no windows, 254 processors", machine: ACPIMachine(chipset: .i440FX, processors: 254)),
            Case(
                name: "q35, 17 processors, 64 windows",
                machine: ACPIMachine(
                    chipset: .q35, processors: 17, enhancedConfiguration: space,
                    windows: (0..<64).map { range(0x10_0000_0000 + UInt64($0) << 30, 1 << 28) })),
        ]
    }()

    /// A table's bytes out of the segment.
    static func bytes(of table: ACPITableSet.Table, in set: ACPITableSet) -> [UInt8] {
        let offset = Int(table.range.start.rawValue - set.segment.address.rawValue)
        return Array(set.segment.bytes[offset..<offset + Int(table.range.byteCount ?? 0)])
    }

    @Test(arguments: cases)
    func `tables have their sizes and checksums, and lead to each other`(test: Case) throws {
        let set = try ACPITableSet(test.machine, at: Self.start, before: Self.limit)
        var found: [String: [UInt8]] = [:]
        var addresses: [String: UInt64] = [:]
        for table in set.tables {
            let bytes = Self.bytes(of: table, in: set)
            #expect(table.range.start.isAligned(to: 64))
            found["\(table.signature)"] = bytes
            addresses["\(table.signature)"] = table.range.start.rawValue
            guard table.signature.description != "RSD ", table.signature.description != "FACS" else { continue }
            #expect(bytes.byteSum == 0 && Int(bytes.word(UInt32.self, at: 4)) == bytes.count)
            #expect(String(decoding: bytes.prefix(4), as: UTF8.self) == table.signature.description)
        }
        let root = try #require(found["RSD "])
        #expect(root.count == 36 && root.byteSum == 0 && root[..<20].reduce(0, &+) == 0)
        #expect(addresses["RSD "] == 0xE_0000 && addresses["FACS"] == 0xE_0040)
        #expect(root.word(UInt64.self, at: 24) == addresses["XSDT"])
        let listed = try #require(found["XSDT"])
        let names = test.machine.enhancedConfiguration == nil ? ["FACP", "APIC"] : ["FACP", "APIC", "MCFG"]
        #expect(listed.count == 36 + names.count * 8)
        for (index, name) in names.enumerated() { #expect(listed.word(UInt64.self, at: 36 + index * 8) == addresses[name]) }
        let fixed = try #require(found["FACP"])
        #expect(fixed.count == 276)
        #expect(UInt64(fixed.word(UInt32.self, at: 36)) == addresses["FACS"])
        #expect(UInt64(fixed.word(UInt32.self, at: 40)) == addresses["DSDT"])
        #expect(fixed.word(UInt64.self, at: 140) == addresses["DSDT"])
        #expect(found["FACS"]?.count == 64)
        if let space = test.machine.enhancedConfiguration {
            let table = try #require(found["MCFG"])
            #expect(table.count == 60)
            #expect(table.word(UInt64.self, at: 44) == space.range.start.rawValue && table[55] == 63)
        }
        let controllers = try #require(found["APIC"])
        var processors = 0
        var offset = 44
        while offset < controllers.count {
            if controllers[offset] == 0 {
                #expect(Int(controllers[offset + 3]) == processors)
                processors += 1
            }
            offset += Int(controllers[offset + 1])
        }
        #expect(offset == controllers.count && processors == test.machine.processors)
    }

    @Test(.enabled(if: Judge.has(Judge.iasl), Judge.isMissing(Judge.iasl, "acpica-tools")), arguments: cases)
    func `iasl disassembles every table without a complaint, and compiles the source to the same bytes`(test: Case) throws {
        let set = try ACPITableSet(test.machine, at: Self.start, before: Self.limit)
        for table in set.tables where table.signature.description != "RSD " {
            let name = "\(table.signature)"
            let bytes = Self.bytes(of: table, in: set)
            let read = try Judge.run(Judge.iasl, ["-d", "\(name).aml"], files: ["\(name).aml": bytes])
            #expect(read.status == 0, "\(read.output)")
            // What it finds wrong it writes into the source.
            let source = try #require(read.files["\(name).dsl"])
            let text = String(decoding: source, as: UTF8.self)
            for complaint in ["Error", "Incorrect", "Invalid", "Unknown"] { #expect(!text.contains(complaint), "\(name)") }
            // A FACS cannot be compiled alone.
            guard name != "FACS" else { continue }
            let made = try Judge.run(Judge.iasl, ["-oa", "\(name).dsl"], files: ["\(name).dsl": source])
            #expect(made.status == 0 && made.output.contains("0 Errors, 0 Warnings"), "\(made.output)")
            // The compiler puts its own name and version, and so another checksum, into the header.
            let again = try #require(made.files["\(name).aml"])
            #expect(again.count == bytes.count && again.dropFirst(36) == bytes.dropFirst(36), "\(name)")
        }
    }

    @Test func `what does not fit is refused`() throws {
        let machine = ACPIMachine(chipset: .i440FX, processors: 254)
        let set = try ACPITableSet(machine, at: Self.start, before: Self.limit)
        let count = UInt64(set.segment.bytes.count)
        _ = try ACPITableSet(machine, at: Self.start, before: PhysicalAddress(0xE_0000 + count))
        #expect(throws: GuestBootError.tooLarge(.acpi, byteCount: count, limit: count - 1)) {
            try ACPITableSet(machine, at: Self.start, before: PhysicalAddress(0xE_0000 + count - 1))
        }
        #expect(throws: GuestBootError.tooMany(.processors, count: 255, limit: 254)) {
            try ACPITableSet(ACPIMachine(chipset: .i440FX, processors: 255), at: Self.start, before: Self.limit)
        }
        #expect(throws: GuestBootError.tooFew(.processors, count: 0, least: 1)) {
            try ACPITableSet(ACPIMachine(chipset: .i440FX, processors: 0), at: Self.start, before: Self.limit)
        }
        #expect(throws: GuestBootError.misaligned(.acpi, PhysicalAddress(0xE_0020), alignment: 64)) {
            try ACPITableSet(machine, at: PhysicalAddress(0xE_0020), before: Self.limit)
        }
        #expect(throws: GuestBootError.self) {
            try ACPITableSet(machine, at: PhysicalAddress(.max - 63), before: PhysicalAddress(.max))
        }
        let whole = try #require(PhysicalRange(start: PhysicalAddress(0), last: PhysicalAddress(.max)))
        #expect(throws: GuestBootError.badWindow(whole)) {
            try ACPITableSet(ACPIMachine(chipset: .i440FX, windows: [whole]), at: Self.start, before: Self.limit)
        }
        for bad in [range(0xF400_0000, 1), range(0xF408_0000, 64 << 20), range(0x1_0000_0000, 1 << 20), range(0, 512 << 20)] {
            #expect(throws: GuestBootError.badWindow(bad)) { try ACPIMachine.EnhancedConfiguration(bad) }
        }
    }
}
