import MapAnalysis
import MapFormats
import MemoryMap
import Testing

/// What a rule finds in one sample, and that it finds nothing in another that differs in what matters.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let severity: Severity
    let bad: String
    let good: String

    /// The line of the bad sample that is named first.
    let line: UInt32

    init(_ rule: String, _ severity: Severity, line: UInt32 = 1, bad: String, good: String) {
        (self.rule, self.severity, self.line, self.bad, self.good) = (rule, severity, line, bad, good)
    }

    var testDescription: String { "\(rule) \(severity.name)" }
}

/// A row of the UEFI Shell with `pages` pages.
private func shell(_ word: String, _ start: UInt64, _ pages: UInt64, _ attributes: UInt64 = 0xF) -> String {
    func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - text.count) + text
    }
    let name = word + String(repeating: " ", count: max(0, 10 - word.count))
    return "\(name) \(hex(start))-\(hex(start &+ pages &* 4096 &- 1)) \(hex(pages)) \(hex(attributes))"
}

private func bios(_ start: UInt64, _ last: UInt64, _ word: String, label: String = "BIOS-e820") -> String {
    func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 16 - text.count) + text
    }
    return "[    0.000000] \(label): [mem \(hex(start))-\(hex(last))] \(word)"
}

private func arm(
    _ word: String, _ start: String, _ last: String, _ attributes: String = "RUN|  |  |  |  |  |  |  |  |   |WB|WT|WC|UC"
) -> String {
    "[    0.000000] efi:   0x\(start)-0x\(last) [\(word)|\(attributes)]"
}

private let runtime: UInt64 = 0x8000_0000_0000_000F
private let ram = bios(0, 0x9FFFF, "usable") + "\n" + bios(0x10_0000, 0x7FFF_FFFF, "usable")

@Suite("Rules")
struct RuleTests {
    static let cases: [RuleCase] = [
        RuleCase(
            "zero-pages", .error, line: 2, bad: shell("Available", 0x1000, 1) + "\n" + shell("Reserved", 0, 0),
            good: shell("Available", 0x1000, 1)),
        RuleCase(
            "wrap", .error, bad: shell("Available", 0xFFFF_FFFF_FFFF_F000, 0x20_0000_0000_0000),
            good: shell("Reserved", 0xFFFF_FFFF_FFFF_F000, 1)),
        RuleCase(
            "overlap", .error, line: 2, bad: shell("Available", 0x1000, 16) + "\n" + shell("RT_Data", 0x8000, 2, runtime),
            good: shell("Available", 0x1000, 7) + "\n" + shell("RT_Data", 0x8000, 2, runtime)),
        RuleCase(
            "overlap", .error, line: 2, bad: bios(0x10_0000, 0x1F_FFFF, "usable") + "\n" + bios(0x18_0000, 0x18_FFFF, "reserved"),
            good: bios(0x10_0000, 0x17_FFFF, "usable") + "\n" + bios(0x18_0000, 0x18_FFFF, "reserved")),
        RuleCase(
            "overlap", .warning, line: 2, bad: shell("Available", 0x1000, 16) + "\n" + shell("Available", 0x1000, 16),
            good: shell("Available", 0x1000, 16)),
        RuleCase(
            "order", .note, line: 2, bad: shell("Available", 0x10_0000, 1) + "\n" + shell("Available", 0x1000, 1),
            good: shell("Available", 0x1000, 1) + "\n" + shell("Available", 0x10_0000, 1)),
        RuleCase(
            "order", .warning, line: 2, bad: bios(0x10_0000, 0x1F_FFFF, "usable") + "\n" + bios(0, 0x9FFFF, "usable"), good: ram),
        RuleCase(
            "page-edges", .error, bad: "MemoryMap,\"Available\",\"1000\",\"1FFE\",\"1\",\"F\"",
            good: "MemoryMap,\"Available\",\"1000\",\"1FFF\",\"1\",\"F\""),
        RuleCase("page-edges", .warning, bad: bios(0x10_0000, 0x1F_FFF0, "usable"), good: bios(0, 0x9FBFF, "usable")),
        RuleCase(
            "runtime-64k", .warning, bad: arm("Runtime Data", "000040001000", "00004000ffff"),
            good: arm("Runtime Data", "000040000000", "00004000ffff")),
        RuleCase("runtime-missing", .error, bad: shell("RT_Code", 0x10_0000, 16), good: shell("RT_Code", 0x10_0000, 16, runtime)),
        RuleCase(
            "runtime-stray", .error, bad: shell("Available", 0x10_0000, 16, runtime),
            good: shell("MMIO", 0xFED0_0000, 1, 0x8000_0000_0000_0001)),
        RuleCase("runtime-stray", .note, bad: shell("BS_Data", 0x10_0000, 16, runtime), good: shell("BS_Data", 0x10_0000, 16)),
        RuleCase(
            "writable-executable", .error,
            bad:
                "[    0.000000] efi: memattr:  0x000040000000-0x00004000ffff [Runtime Code|RUN|  |  |  |  |  |  |  |  |   |  |  |  |  ]",
            good:
                "[    0.000000] efi: memattr:  0x000040000000-0x00004000ffff [Runtime Code|RUN|  |  |  |  |  |  |  |RO|   |  |  |  |  ]"
        ),
        RuleCase(
            "writable-executable", .error, line: 2,
            bad: arm("Runtime Data", "000040000000", "00004000ffff")
                + "\n[    0.000000] efi: memattr:  0x000040000000-0x00004000ffff [Runtime Code|RUN|  |  |  |  |  |  |  |RO|   |  |  |  |  ]",
            good: arm("Runtime Code", "000040000000", "00004000ffff")
                + "\n[    0.000000] efi: memattr:  0x000040000000-0x00004000ffff [Runtime Code|RUN|  |  |  |  |  |  |  |RO|   |  |  |  |  ]"
        ),
        RuleCase(
            "caching", .warning, bad: shell("Available", 0x10_0000, 16, 1),
            good: shell("RT_Data", 0xFFC0_0000, 16, 0x8000_0000_0000_0001)),
        RuleCase("caching", .note, bad: shell("MMIO", 0xFED0_0000, 16, 0xF), good: shell("Reserved", 0xFED0_0000, 16, 0)),
        RuleCase(
            "late-tables", .note, line: 1,
            bad: "[    0.000000] efi: ACPI=0x1000 ESRT=0x40001018 \n" + arm("Boot Data", "000040000000", "00004000ffff"),
            good: "[    0.000000] efi: ACPI=0x1000 ESRT=0x40001018 \n" + arm("Runtime Data", "000040000000", "00004000ffff")),
        RuleCase(
            "late-tables", .error, line: 1,
            bad: "[    0.000000] efi: TPMEventLog=0x40001018 \n" + arm("Conventional", "000040000000", "00004000ffff"),
            good: "[    0.000000] efi: TPMEventLog=0x40001018 \n" + arm("ACPI Reclaim", "000040000000", "00004000ffff")),
        RuleCase(
            "disagreement", .error, line: 1,
            bad: bios(0x10_0000, 0x1F_FFFF, "usable") + "\n" + shell("RT_Data", 0x18_0000, 1, runtime),
            good: bios(0x10_0000, 0x1F_FFFF, "usable") + "\n" + shell("BS_Data", 0x18_0000, 1)),
        RuleCase(
            "disagreement", .error, line: 2, bad: bios(0x10_0000, 0x1F_FFFF, "reserved") + "\n00100000-001fffff : System RAM",
            good: bios(0x10_0000, 0x1F_FFFF, "usable") + "\n00100000-001fffff : System RAM"),
        RuleCase(
            "pci-configuration", .error, line: 3,
            bad: ram + "\n[    0.1] PCI: MMCONFIG for domain 0000 [bus 00-ff] at [mem 0x70000000-0x7fffffff] (base 0x70000000)",
            good: ram + "\n" + bios(0xE000_0000, 0xEFFF_FFFF, "reserved")
                + "\n[    0.1] PCI: MMCONFIG for domain 0000 [bus 00-ff] at [mem 0xe0000000-0xefffffff] (base 0xe0000000)"),
        RuleCase(
            "pci-configuration", .warning, line: 3,
            bad: ram + "\n[    0.1] PCI: ECAM [mem 0xe0000000-0xefffffff] (base 0xe0000000) for domain 0000 [bus 00-ff]",
            good: ram + "\n" + bios(0xE000_0000, 0xEFFF_FFFF, "reserved")
                + "\n[    0.1] PCI: ECAM [mem 0xe0000000-0xefffffff] (base 0xe0000000) for domain 0000 [bus 00-ff]"),
        RuleCase(
            "rmrr", .error, line: 3, bad: ram + "\n[    0.1] DMAR: RMRR base: 0x00000070000000 end: 0x00000070002fff",
            good: ram + "\n" + bios(0x8000_0000, 0x8000_FFFF, "reserved")
                + "\n[    0.1] DMAR: RMRR base: 0x00000080000000 end: 0x00000080002fff"),
        RuleCase(
            "rmrr", .warning, line: 4,
            bad: ram + "\n" + bios(0x8000_0000, 0x8000_FFFF, "ACPI NVS")
                + "\n[    0.1] DMAR: RMRR base: 0x00000080000000 end: 0x00000080002fff", good: ram),
        RuleCase(
            "pci-window", .warning, line: 3,
            bad: ram + "\n" + bios(0xBFFF_0000, 0xC000_FFFF, "reserved")
                + "\n[    0.1] pci_bus 0000:00: root bus resource [mem 0xc0000000-0xfebfffff window]",
            good: ram + "\n" + bios(0xBFFF_0000, 0xBFFF_FFFF, "reserved")
                + "\n[    0.1] pci_bus 0000:00: root bus resource [mem 0xc0000000-0xfebfffff window]"),
        RuleCase(
            "pci-window", .error, line: 2,
            bad: ram + "\n[    0.1] pci_bus 0000:00: root bus resource [mem 0x70000000-0xfebfffff window]",
            good: ram + "\n[    0.1] pci_bus 0000:00: root bus resource [mem 0x80000000-0xfebfffff window]"),
        RuleCase(
            "address-width", .error, bad: shell("Available", 0x10_0000_0000_0000, 16),
            good: shell("Reserved", 0x10_0000_0000_0000, 16)),
        RuleCase(
            "address-width", .warning, bad: bios(0xFC_0000_0000, 0xFD_FFFF_FFFF, "usable"),
            good: bios(0xFD_0000_0000, 0xFF_FFFF_FFFF, "reserved")),
        RuleCase(
            "special-memory", .note, bad: bios(0x1_0000_0000, 0x1_7FFF_FFFF, "soft reserved"),
            good: bios(0x1_0000_0000, 0x1_7FFF_FFFF, "usable")),
        RuleCase(
            "special-memory", .warning,
            bad: bios(0x1_0000_0000, 0x1_7FFF_FFFF, "persistent (type 7)") + "\n100000000-17fffffff : System RAM",
            good: bios(0x1_0000_0000, 0x1_7FFF_FFFF, "usable") + "\n100000000-17fffffff : System RAM"),
        RuleCase(
            "hot-plug", .note, bad: bios(0x1_0000_0000, 0x1_07FF_EFFF, "persistent (type 7)"),
            good: bios(0x1_0000_0000, 0x1_07FF_FFFF, "persistent (type 7)")),
        RuleCase(
            "hot-plug", .warning, line: 3,
            bad: ram + "\n" + bios(0, 0x9FFFF, "usable", label: "modified") + "\n"
                + bios(0x10_0000, 0x6FFF_FFFF, "usable", label: "modified"),
            good: ram + "\n"
                + ram.split(separator: "\n").map { $0.replacing("BIOS-e820", with: "modified") }.joined(separator: "\n")),
        RuleCase(
            "fragmentation", .warning,
            bad: (0..<129).map { bios(0x10_0000 + UInt64($0) * 0x2000, 0x10_0FFF + UInt64($0) * 0x2000, "usable") }.joined(
                separator: "\n"),
            good: (0..<128).map { bios(0x10_0000 + UInt64($0) * 0x2000, 0x10_0FFF + UInt64($0) * 0x2000, "usable") }.joined(
                separator: "\n")),
        RuleCase(
            "changed", .warning, line: 4,
            bad: "Linux version 6.1\n" + arm("Runtime Data", "000040000000", "00004000ffff") + "\nLinux version 6.1\n"
                + arm("Runtime Data", "000040010000", "00004001ffff"),
            good: "Linux version 6.1\n" + arm("Runtime Data", "000040000000", "00004000ffff") + "\nLinux version 6.1\n"
                + arm("Runtime Data", "000040000000", "00004000ffff")),
        RuleCase("low-memory", .note, bad: shell("Available", 0, 1), good: shell("Available", 0x1000, 1)),
        RuleCase("low-memory", .warning, bad: bios(0, 0xFFFFF, "usable"), good: bios(0, 0x9FFFF, "usable")),
        RuleCase("types", .warning, bad: shell("00000010", 0x10_0000, 1), good: shell("Persistent", 0x10_0000, 1)),
        RuleCase("types", .note, bad: shell("70000001", 0x10_0000, 1), good: shell("ACPI_NVS", 0x10_0000, 1)),
        RuleCase(
            "device-tree", .error, line: 2,
            bad: arm("Conventional", "000040000000", "00004000ffff")
                + "\n[    0.0] OF: reserved mem: 0x0000000040001000..0x0000000040001fff (4 KiB) nomap non-reusable tz@40001000",
            good: arm("Conventional", "000040000000", "00004000ffff")
                + "\n[    0.0] OF: reserved mem: 0x0000000040001000..0x0000000040001fff (4 KiB) map reusable cma"),
        RuleCase(
            "apple", .note, bad: shell("BS_Data", 0x10_0000, 1, 0x0800_0000_0000_000F), good: shell("BS_Data", 0x10_0000, 1)),
        RuleCase(
            "caching", .warning, line: 5, bad: registers + bios(0x10_0000, 0x8000_0FFF, "usable"),
            good: registers + bios(0x10_0000, 0x7FFF_FFFF, "usable")),
        RuleCase(
            "caching", .warning, line: 5, bad: registers + bios(0x1_0000_0000, 0x2_0000_0FFF, "usable"),
            good: registers + bios(0x1_0000_0000, 0x2_0000_0FFF, "usable") + "\nTOM2: 0000000200001000 aka 8192M"),
        RuleCase(
            "late-tables", .error, line: 2,
            bad: shell("Available", 0x10_0000, 16) + "\nACPI: BGRT 0x0000000000104000 000038 (v01 MAKER  BOARD    00000001)",
            good: shell("ACPI_Recl", 0x10_0000, 16) + "\nACPI: BGRT 0x0000000000104000 000038 (v01 MAKER  BOARD    00000001)"
                + "\nACPI: SSDT 0xFFFF888100104000 0003FF (v02 MAKER  BOARD    00000001)"),
        RuleCase("capabilities", .note, bad: shell("Available", 0x10_0000, 1, 0x2400F), good: shell("Available", 0x10_0000, 1)),
    ]

    /// 4 GiB that are write-back, of which the third one is uncachable.
    private static let registers = """
        [    0.001] MTRR default type: uncachable
        [    0.002]   0 base 000000000000 mask 3FFF00000000 write-back
        [    0.002]   1 base 000080000000 mask 3FFFC0000000 uncachable
        [    0.002]   2 disabled

        """

    private func findings(_ text: String) throws -> [Finding] { MapChecker().check([try read(text)]) }

    @Test("A rule finds its fault, at its line and with its severity", arguments: cases)
    func finds(_ sample: RuleCase) throws {
        let found = try findings(sample.bad).filter { "\($0.rule)" == sample.rule }
        #expect(found.contains { $0.severity == sample.severity && $0.places.first?.line == sample.line }, "\(found)")
    }

    @Test("A rule finds nothing where there is no fault", arguments: cases)
    func spares(_ sample: RuleCase) throws {
        let found = try findings(sample.good).filter { "\($0.rule)" == sample.rule }
        #expect(!found.contains { $0.severity == sample.severity }, "\(found)")
    }

    @Test("There are 25 rules with names of their own, and a sample for each")
    func allRules() {
        let names = MapChecker.rules.map { "\($0.id)" }
        #expect(Set(names).count == 25)
        #expect(Set(names) == Set(Self.cases.map(\.rule)))
        for rule in MapChecker.rules {
            #expect(Self.cases.filter { $0.rule == "\(rule.id)" }.allSatisfy { $0.severity <= rule.severity })
        }
    }

    @Test("A table of free memory over the firmware's is found, as books print it")
    func printedTable() throws {
        let found = try findings(
            """
            Type                  PhysicalStart        Pages     Size
            ----                  -------------        -----     ----
            EfiConventionalMemory 0x0000000000900000    30464     119 MiB
            EfiBootServicesData   0x0000000007F00000    128       512 KiB
            EfiRuntimeServicesData 0x0000000007FC0000   32        128 KiB
            """
        ).filter { "\($0.rule)" == "overlap" }
        #expect(found.map { $0.places.first?.line } == [4, 5])
        #expect(found.allSatisfy { $0.severity == .error })
    }

    @Test("Many faults are counted, not kept")
    func bounded() throws {
        let text = (0..<3_000).map { shell("Available", 0x1000, UInt64($0 + 1)) }.joined(separator: "\n")
        let found = try findings(text)
        #expect(found.count < 2 * FindingList.limit + 10)
        #expect(found.contains { $0.message.contains("left out") })
    }

    @Test("Rules can be left out, and sources taken together")
    func options() throws {
        let one = try read(bios(0x10_0000, 0x1F_FFFF, "usable"), name: "a")
        let other = try read(shell("RT_Data", 0x18_0000, 1, runtime), name: "b")
        var checker = MapChecker()
        #expect(!checker.check([one, other]).contains { "\($0.rule)" == "disagreement" })
        checker.isOneMachine = true
        #expect(checker.check([one, other]).contains { "\($0.rule)" == "disagreement" })
        checker.excluded = ["disagreement"]
        #expect(!checker.check([one, other]).contains { "\($0.rule)" == "disagreement" })
    }
}
