import GuestBoot
import GuestLayout
import MapFormats
import MemoryMap

extension LayoutTrial {
    /// Compares a guest's report with the plan.
    public func checks(against report: GuestReport) -> [LayoutCheck] {
        var checks = [
            LayoutCheck(
                "probe ran to its end", "yes", report.isComplete ? "yes" : report.panic ?? "no, and no panic was heard")
        ]
        switch plan.architecture {
        case .x86_64: checks += x86Checks(report)
        case .aarch64: checks += aarch64Checks(report)
        }
        checks.append(LayoutCheck("processors", "\(settings.processors)", report.processors.map { "\($0)" }))
        checks.append(LayoutCheck("command line", settings.commandLine, report.commandLine))
        checks.append(kernelCheck(report))
        if plan.range(of: .initialRAMDisk) != nil {
            checks.append(
                LayoutCheck(
                    "initrd contents", "unpacked", report.unpackingFailure ?? (report.isInitrdFreed ? "unpacked" : nil)))
        }
        return checks
    }

    private func x86Checks(_ report: GuestReport) -> [LayoutCheck] {
        var checks: [LayoutCheck] = []
        // The kernel prints the map sorted, and rows of one kind that touch as one.
        var rows: [(range: PhysicalRange, kind: E820Entry.Kind)] = []
        for entry in plan.e820.array.sorted(by: { $0.start < $1.start }) {
            guard let range = PhysicalRange(start: entry.start, last: entry.last) else { continue }
            if let row = rows.last, row.kind == entry.kind, row.range.end == range.start,
                let joined = PhysicalRange(start: row.range.start, last: range.last)
            {
                rows[rows.count - 1].range = joined
            } else {
                rows.append((range, entry.kind))
            }
        }
        let planned = rows.map { Self.words($0.range) + ($0.kind == .ram ? " usable" : " reserved") }
        let reported = report.firmwareMap.map { row in
            Self.words(row.start, row.last) + (row.type == .conventional ? " usable" : " reserved")
        }
        checks.append(LayoutCheck("e820", planned, reported))

        // The kernel keeps the first page for itself, and lists the setup_data entries apart.
        let memory = Self.merged(
            plan.e820.array.filter { $0.kind == .ram }
                .compactMap { PhysicalRange(start: max($0.start, PhysicalAddress(0x1000)), last: $0.last) })
        checks.append(
            LayoutCheck(
                "System RAM in /proc/iomem", memory.map(Self.words),
                Self.merged(report.resources(named: "System RAM")).map(Self.words)))
        if let range = plan.range(of: .initialRAMDisk) {
            let last = PhysicalAddress(range.last.rawValue | 0xFFF)
            checks.append(
                LayoutCheck("RAMDISK", Self.words(range.start, last), report.initrd.map(Self.words)))
        }
        if !settings.setupData.isEmpty {
            checks.append(
                LayoutCheck(
                    "setup_data types", settings.setupData.map { "\($0.type)" }, report.setupDataTypes.map { "\($0)" }))
        }
        guard let chipset = board.chipset else { return checks }
        let identity = settings.identity
        let product = String(decoding: identity.manufacturer + [32] + identity.product, as: UTF8.self)
        checks.append(
            LayoutCheck("SMBIOS", product, report.product.map { String($0.split(separator: ",").first ?? "") }))
        checks += tableChecks(report)

        var data = X86BootData(kernel: [])
        data.chipset = chipset
        guard let machine = try? ACPIMachine(plan, data) else { return checks }
        // The display's window at A0000 is the board's and in no plan.
        let display = "000a0000-000bffff"
        let windows = report.windows.filter { Self.words($0) != display }
        checks.append(
            LayoutCheck("MMIO windows", Self.sorted(machine.windows).map(Self.words), Self.sorted(windows).map(Self.words)))
        if let space = machine.enhancedConfiguration {
            checks.append(
                LayoutCheck("ECAM", Self.words(space.range), report.configurationSpaces.first.map(Self.words)))
        }
        return checks
    }

    /// Every table where it was put and as long as it is.
    private func tableChecks(_ report: GuestReport) -> [LayoutCheck] {
        guard let segment = contents.first(.acpi), let start = plan.range(of: .acpiTables), let limit = start.end else {
            return []
        }
        var data = X86BootData(kernel: [])
        data.chipset = board.chipset
        data.processors = settings.processors
        guard let machine = try? ACPIMachine(plan, data),
            let set = try? ACPITableSet(machine, at: segment.address, before: limit)
        else { return [] }
        let planned = set.tables.map { "\($0.signature)".trimmed + " " + Self.words($0.range) }.sorted()
        let reported = report.tables.compactMap { table -> String? in
            guard let range = PhysicalRange(start: table.address, byteCount: table.byteCount) else { return nil }
            // The root pointer's own name in the log.
            return (table.signature == "RSDP" ? "RSD" : table.signature) + " " + Self.words(range)
        }
        return [LayoutCheck("ACPI tables", planned, reported.sorted())]
    }

    private func aarch64Checks(_ report: GuestReport) -> [LayoutCheck] {
        let memory = Self.merged(
            plan.regions.array.compactMap { PhysicalRange(start: $0.start, byteCount: $0.byteCount) })
        var checks = [
            LayoutCheck(
                "System RAM in /proc/iomem", memory.map(Self.words),
                Self.merged(report.resources(named: "System RAM")).map(Self.words))
        ]
        // What was in memory when the kernel started is reserved in its list, in whole pages.
        let reserved = report.resources(named: "reserved")
        for (kind, subject) in [(LayoutOwner.Kind.initialRAMDisk, "initrd"), (.deviceTree, "device tree")] {
            guard let planned = plan.range(of: kind) else { continue }
            let range = contents.first(kind == .deviceTree ? .deviceTree : .initrd)?.range ?? planned
            let holder = reserved.first { $0.contains(range) }
            checks.append(
                LayoutCheck(
                    subject + " is reserved", Self.words(range), holder == nil ? nil : Self.words(range)))
        }
        if let pool = contents.machineBouncePool(plan) {
            checks.append(
                LayoutCheck(
                    "bounce buffer is reserved", Self.words(pool),
                    reserved.contains { $0.contains(pool) } ? Self.words(pool) : nil))
        }
        return checks
    }

    /// The kernel runs within its window.
    private func kernelCheck(_ report: GuestReport) -> LayoutCheck {
        let window = plan.range(of: .kernelRunTime) ?? plan.range(of: .kernelImage)
        let code = report.resources(named: "Kernel code").first
        let data = report.resources(named: "Kernel data").first
        guard let window, let code, let data else {
            return LayoutCheck("kernel's run-time window", window.map(Self.words) ?? "-", nil)
        }
        let isInside = window.contains(code) && window.contains(data)
        return LayoutCheck(
            subject: "kernel within its window", planned: Self.words(window),
            reported: Self.words(code) + " " + Self.words(data), agrees: isInside)
    }

    static func words(_ range: PhysicalRange) -> String { words(range.start, range.last) }

    private static func words(_ start: PhysicalAddress, _ last: PhysicalAddress) -> String {
        func digits(_ address: PhysicalAddress) -> String {
            let text = String(address.rawValue, radix: 16)
            return String(repeating: "0", count: max(0, 8 - text.utf8.count)) + text
        }
        return digits(start) + "-" + digits(last)
    }

    private static func sorted(_ ranges: [PhysicalRange]) -> [PhysicalRange] { ranges.sorted { $0.start < $1.start } }

    /// Sorted, and ranges that touch are one.
    private static func merged(_ ranges: [PhysicalRange]) -> [PhysicalRange] {
        var merged: [PhysicalRange] = []
        for range in sorted(ranges) {
            if let last = merged.last, last.end == range.start,
                let joined = PhysicalRange(start: last.start, last: range.last)
            {
                merged[merged.count - 1] = joined
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}

extension LayoutCheck {
    init(_ subject: String, _ planned: String, _ reported: String?) {
        self.init(subject: subject, planned: planned, reported: reported ?? "-", agrees: planned == reported)
    }

    init(_ subject: String, _ planned: [String], _ reported: [String]) {
        self.init(
            subject: subject, planned: planned.joined(separator: ", "),
            reported: reported.isEmpty ? "-" : reported.joined(separator: ", "), agrees: planned == reported)
    }
}

extension GuestContents {
    fileprivate func machineBouncePool(_ plan: LayoutPlan) -> PhysicalRange? {
        for index in plan.regions.indices where plan.regions[index].purpose == .staticBounceBuffer {
            return PhysicalRange(start: plan.regions[index].start, byteCount: plan.regions[index].byteCount)
        }
        return nil
    }
}

extension String {
    fileprivate var trimmed: String { String(prefix { $0 != " " }) }
}
