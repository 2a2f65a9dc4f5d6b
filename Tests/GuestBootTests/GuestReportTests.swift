import GuestBoot
import GuestImage
import GuestLayout
import MachineRunner
import MemoryMap
import SeededRandom
import Testing

@Suite struct GuestReportTests {
    /// A trial of a guest with 512 MiB, and the log of a guest that reports just what is planned.
    static func trial() throws -> (trial: LayoutTrial, log: [String]) {
        var settings = LayoutTrial.Settings()
        settings.initrd = (0..<5000).map { UInt8(truncatingIfNeeded: $0) | 1 }
        settings.commandLine = "console=ttyS0"
        settings.setupData = [.randomSeed([1, 2, 3])]
        settings.processors = 2
        let kernel = PlannedContentsTests.kernel
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.physicalAddressBits = 40
        settings.complete(
            &request, kernel: try KernelImage(header: kernel.span.rawBytes, fileByteCount: UInt64(kernel.count)))
        let plan = try LayoutPlan(checking: request)
        let trial = try LayoutTrial(plan, kernel: kernel, on: GuestBoard(.pc, for: plan), settings)
        let log = """
            [    0.000000] Linux version 6.1.0 (somebody)
            [    0.000000] BIOS-provided physical RAM map:
            [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable
            [    0.000000] BIOS-e820: [mem 0x00000000000a0000-0x00000000000fffff] reserved
            [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000001fffffff] usable
            [    0.000000] BIOS-e820: [mem 0x00000000f4000000-0x00000000f7ffffff] reserved
            [    0.000000] BIOS-e820: [mem 0x00000000feffc000-0x00000000feffffff] reserved
            [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x0000000107ffffff] reserved
            [    0.000000] DMI: Strata Guest layout, BIOS 0
            [    0.010542] RAMDISK: [mem 0x1fffe000-0x1fffffff]
            [    0.012121] ACPI: RSDP 0x00000000000E0000 000024 (v02 STRATA)
            \(tables(trial))
            [    0.177321] smp: Brought up 1 node, 2 CPUs
            [    0.177321] pci_bus 0000:00: root bus resource [io  0x0000-0xffff]
            [    0.177321] pci_bus 0000:00: root bus resource [mem 0x000a0000-0x000bffff window]
            [    0.177321] pci_bus 0000:00: root bus resource [mem 0xd0000000-0xf3ffffff window]
            [    0.177321] pci_bus 0000:00: root bus resource [mem 0x108000000-0xffffffffff window]
            [    0.177321] Freeing initrd memory: 28K

            STRATA-PROBE-FILE /proc/iomem
            00000000-00000fff : Reserved
            00001000-000207ff : System RAM
            00020800-00020813 : System RAM
            00020814-0009ffff : System RAM
            00100000-1fffffff : System RAM
              01000000-01dfffff : Kernel code
              02a00000-02c45dff : Kernel data

            STRATA-PROBE-FILE /proc/cmdline
            console=ttyS0

            STRATA-PROBE-FILE /sys/kernel/boot_params/setup_data/0/type
            0x9

            STRATA-PROBE-DONE
            """
        return (trial, log.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    private static func tables(_ trial: LayoutTrial) -> String {
        guard let segment = trial.contents.first(.acpi), let machine = ACPIMachine.planned(trial),
            let set = try? ACPITableSet(machine, at: segment.address, before: PhysicalAddress(0xF_0000))
        else { return "" }
        return set.tables.dropFirst().map { table in
            let address = String(table.range.start.rawValue, radix: 16, uppercase: true)
            let count = String(table.range.byteCount ?? 0, radix: 16, uppercase: true)
            return "[    0.012551] ACPI: \(table.signature) 0x\(String(repeating: "0", count: 16 - address.count))\(address) "
                + "\(String(repeating: "0", count: 6 - count.count))\(count) (v01 STRATA)"
        }.joined(separator: "\n")
    }

    private func disagrees(_ trial: LayoutTrial, _ lines: [String]) -> Bool {
        trial.checks(against: GuestReport(lines: lines)).contains { !$0.agrees }
    }

    @Test func `a report of just what is planned agrees in every part`() throws {
        let (trial, log) = try Self.trial()
        let checks = trial.checks(against: GuestReport(lines: log))
        #expect(checks.count == 12)
        for check in checks { #expect(check.agrees, "\(check.subject): \(check.planned) and \(check.reported)") }
    }

    @Test func `a change of any line that says where something lies is found`() throws {
        let (trial, log) = try Self.trial()
        var changed = 0
        for (index, line) in log.enumerated() {
            guard line.contains("0x") || line.contains("System RAM") || line.contains("CPUs") || line.contains("ttyS0"),
                !line.contains("[io "), !line.contains("0x000a0000-0x000bffff")
            else { continue }
            // The last digit but of what comes after a bracket or a name.
            guard let place = line.lastIndex(where: { "013579bdfBDF24".contains($0) && !"] ".contains($0) }) else { continue }
            var other = log
            other[index].replaceSubrange(place...place, with: line[place] == "2" ? "7" : "2")
            if line.hasPrefix("[") && line.contains("STRATA") {
                // In these the address counts, not the version after it.
                other[index] = line.replacingFirst("000E0", with: "000E1")
            }
            // The rows of memory that touch are one: a boundary between them may move, an end may not.
            if line.hasSuffix(": System RAM") || line.hasSuffix("usable") || line.hasSuffix("reserved")
                || line.hasSuffix("window]")
            {
                other = log
                other.remove(at: index)
                #expect(disagrees(trial, other), "without \(line)")
            } else {
                #expect(disagrees(trial, other), "\(other[index])")
            }
            changed += 1
        }
        #expect(changed >= 20)
    }

    @Test func `a log that breaks off anywhere is a report that does not agree`() throws {
        let (trial, log) = try Self.trial()
        for count in 0..<log.count {
            #expect(disagrees(trial, Array(log.prefix(count))), "\(count) lines")
        }
    }

    @Test func `lines changed at random are read without a crash`() throws {
        let (trial, log) = try Self.trial()
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var other = log
            for _ in 0..<5 {
                let index = random.below(other.count)
                var bytes = Array(other[index].utf8)
                guard !bytes.isEmpty else { continue }
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
                if random.chance(30) { bytes.removeSubrange(random.below(bytes.count)...) }
                other[index] = String(decoding: bytes, as: UTF8.self)
            }
            _ = trial.checks(against: GuestReport(lines: other))
        }
    }
}

extension ACPIMachine {
    fileprivate static func planned(_ trial: LayoutTrial) -> ACPIMachine? {
        var data = X86BootData(kernel: [])
        data.chipset = trial.board.chipset
        data.processors = trial.settings.processors
        return try? ACPIMachine(trial.plan, data)
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String, with other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: other)
        return copy
    }
}

@Suite struct GuestBoardTests {
    static func plan(_ mebibytes: UInt64, _ change: (inout X86LayoutRequest) -> Void = { _ in }) throws -> LayoutPlan {
        var request = X86LayoutRequest(memoryByteCount: mebibytes << 20)
        change(&request)
        return try LayoutPlan(request)
    }

    @Test func `a board that cannot have the memory says why`() throws {
        #expect(throws: GuestBoard.Fault.wrongArchitecture(.virt)) { try GuestBoard(.virt, for: Self.plan(512)) }
        #expect(throws: GuestBoard.Fault.hole(range(0x7FC0_0000, 0x40_0000))) {
            try GuestBoard(.pc, for: Self.plan(1024) { $0.isProtected = true })
        }
        #expect(
            throws: GuestBoard.Fault.split(
                .q35, planned: PhysicalAddress(0xD000_0000), highest: PhysicalAddress(0x8000_0000))
        ) { try GuestBoard(.q35, for: Self.plan(5120)) }
        #expect(throws: GuestBoard.Fault.self) { try GuestBoard(.microvm, for: Self.plan(5120)) }
        #expect(throws: GuestBoard.Fault.firmware) {
            try GuestBoard(.pc, for: Self.plan(512) { $0.payload = .firmware(byteCount: 1 << 20) })
        }
        var odd = X86LayoutRequest(memoryByteCount: (512 << 20) + 4096)
        odd.payload = .kernel(nil)
        let plan = try LayoutPlan(odd)
        #expect(throws: GuestBoard.Fault.notWholeMebibytes(byteCount: (512 << 20) + 4096)) { try GuestBoard(.pc, for: plan) }
    }

    @Test func `the split of memory is the plan's`() throws {
        #expect(try GuestBoard(.pc, for: Self.plan(5120)).board == .pc(lowMemoryLimit: 0xD000_0000))
        let early = try Self.plan(5120) { $0.pciMemoryStart = PhysicalAddress(0x8000_0000) }
        #expect(try GuestBoard(.q35, for: early).regions == [range(0, 0x8000_0000), range(1 << 32, 0xC000_0000)])
        let arm = try LayoutPlan(AArch64LayoutRequest(memoryByteCount: 512 << 20))
        #expect(try GuestBoard(.virt, for: arm).regions == [range(0x4000_0000, 0x6000_0000)])
    }
}
