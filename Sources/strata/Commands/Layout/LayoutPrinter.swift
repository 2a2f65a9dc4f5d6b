import GuestLayout
import MemoryMap
import MemoryReport

/// A layout for people: the table in the form of crosvm's documentation, what is harmless on paper only, and a bar to scale.
struct LayoutPrinter {
    let plan: LayoutPlan
    let style: Style

    func text() -> String {
        var text = style.heading("\(plan.architecture.name) guest physical memory, \(plan.profile.name)")
        text += style.faint("  \(SizeText.bytes(plan.memoryByteCount)) of RAM, \(plan.physicalAddressBits) address bits") + "\n\n"
        text += table() + entry() + remarks() + picture()
        return text
    }

    private func table() -> String {
        let header = ["Name", "Address", "End (exclusive)", "Size", "Notes"]
        let rows = plan.rows.map { row in
            [
                (row.isContents ? "  " : "") + "\(row.name)", LayoutAddress.text(row.start.rawValue, plan.architecture),
                row.last.map { LayoutAddress.end($0, plan.architecture) } ?? "",
                row.last.map { SizeText.bytes(byteCount(row.start, $0)) } ?? "", (row.isContents ? "  " : "") + "\(row.note)",
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var text = "  "
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                text += (1...3).contains(column) ? padding + cell : column == 4 ? cell : cell + padding
                text += column == 4 ? "\n" : "  "
            }
            return text
        }
        return style.faint(line(header)) + rows.map(line).joined()
    }

    private func byteCount(_ start: PhysicalAddress, _ last: PhysicalAddress) -> UInt64 {
        PhysicalRange(start: start, last: last)?.byteCount ?? .max
    }

    private func entry() -> String {
        guard let entry = plan.entry else { return "" }
        let address = LayoutAddress.text(entry.programCounter.rawValue, plan.architecture)
        let how =
            switch entry.mode {
            case .long: "in 64-bit mode, RSI at boot_params"
            case .flat32: "in 32-bit mode, ESI at boot_params"
            case .reset: "at the firmware's reset vector"
            case .el1: "at EL1 with the MMU off, X0 at the device tree"
            }
        return "\n  Starts at \(address) \(how).\n"
    }

    /// What a check finds and lets pass.
    private func remarks() -> String {
        var text = ""
        plan.findProblems { problem, isHarmless in
            if isHarmless { text += "  " + style.faint("harmless: \(problem.explanation)") + "\n" }
            return true
        }
        return text.isEmpty ? "" : "\n" + text
    }

    private func picture() -> String {
        guard let map = try? plan.memoryMap() else { return "" }
        return "\n" + BarPrinter(map: map, style: style).text()
    }
}

/// Addresses in the form of crosvm's documentation: groups of four digits, capitals for x86-64.
enum LayoutAddress {
    static func text(_ address: UInt64, _ architecture: GuestArchitecture) -> String {
        var digits = String(address, radix: 16, uppercase: architecture == .x86_64)
        if architecture == .x86_64 { digits = String(repeating: "0", count: max(0, 4 - digits.count)) + digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 4 == 0 { text += "_" }
            text.append(digit)
        }
        return text
    }

    /// The address after a range, which for the last range of all is 2^64.
    static func end(_ last: PhysicalAddress, _ architecture: GuestArchitecture) -> String {
        last.advanced(by: 1).map { text($0.rawValue, architecture) } ?? "1_0000_0000_0000_0000"
    }
}

extension LayoutPlan {
    /// The layout as a memory map of whole pages: what lies in RAM takes its place, what shares a page goes by the larger one.
    func memoryMap() throws(MemoryMapError) -> PhysicalMemoryMap {
        let page = PageCount.pageSize
        var regions: [MemoryRegion] = []
        for range in addressSpace.array where range.byteCount >= page && range.owner.kind != .mappedFile {
            let type = range.owner.kind.memoryType
            guard type == .conventional else {
                if let whole = Self.pages(range) {
                    regions.append(MemoryRegion(range: whole, type: type, attributes: .writeBack))
                }
                continue
            }
            // Contents of a page and more, in order and cut where they meet.
            let inside = contents.array.filter { range.contains($0) && $0.byteCount >= page }.sorted { $0.start < $1.start }
            var next: PhysicalAddress? = range.start.alignedUp(to: page)
            for content in inside {
                guard let start = next, let whole = Self.pages(content), whole.last >= start else { continue }
                let first = max(start, whole.start)
                if first > start, let gap = PhysicalRange(start: start, byteCount: first.rawValue - start.rawValue) {
                    regions.append(MemoryRegion(range: gap, type: .conventional, attributes: .writeBack))
                }
                if let part = PhysicalRange(start: first, last: whole.last) {
                    regions.append(MemoryRegion(range: part, type: content.owner.kind.memoryType, attributes: .writeBack))
                }
                next = whole.last.advanced(by: 1)
            }
            if let start = next, start <= range.last, let rest = PhysicalRange(start: start, last: range.last), rest.isPageAligned
            {
                regions.append(MemoryRegion(range: rest, type: .conventional, attributes: .writeBack))
            }
        }
        return try PhysicalMemoryMap(regions: regions)
    }

    /// The whole pages that a range touches.
    private static func pages(_ range: LayoutRange) -> PhysicalRange? {
        PhysicalRange(
            start: range.start.alignedDown(to: PageCount.pageSize),
            last: PhysicalAddress(range.last.rawValue | (PageCount.pageSize - 1)))
    }
}

extension LayoutOwner.Kind {
    /// The type of firmware maps whose colour shows it.
    var memoryType: MemoryType {
        switch self {
        case .ram: .conventional
        case .legacyHole, .staticBounceBuffer: .reserved
        case .protectedFirmware, .firmware, .flash: .runtimeServicesCode
        case .kernelImage, .kernelRunTime, .bootloader: .loaderCode
        case .initialRAMDisk, .deviceTree, .memoryFile: .loaderData
        case .acpiTables, .smbiosTables: .acpiReclaim
        case _ where isAddressSpace: .memoryMappedIO
        default: .bootServicesData
        }
    }
}
