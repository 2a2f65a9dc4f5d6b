import MapFormats
import MemoryMap

/// 1: rows that describe nothing.
struct ZeroPagesRule: MapRule {
    let id: StaticString = "zero-pages"
    let title: StaticString = "A row describes no memory"
    let severity = Severity.error
    let reason: StaticString =
        "Firmware that left five zero rows at the end of its table kept Linux 5.7-rc1 from leaving boot services."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind != .minidump {
            for row in map.listed.rows where row.defect == .empty && row.isCounted {
                findings.add(
                    map.listed.kind.isUEFI ? .error : .warning,
                    "\(Words.type(row.type)) at \(Words.address(row.start.rawValue)) has no pages: systems that count rows or take the last one trip over it",
                    map.place(row))
            }
        }
    }
}

/// 2: rows past the end of the address space, or that end below their start.
struct WrapRule: MapRule {
    let id: StaticString = "wrap"
    let title: StaticString = "A row passes 2^64, ends below its start, or is called invalid by its source"
    let severity = Severity.error
    let reason: StaticString =
        "Linux drops such rows (efi_memmap_entry_valid); a garbage table after kexec of an SEV-SNP guest had them."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps {
            for row in map.listed.rows {
                switch row.defect {
                case .wraps:
                    findings.add(
                        .error,
                        "\(Words.type(row.type)) from \(Words.address(row.start.rawValue)) on reaches past the end of the address space",
                        map.place(row))
                case .reversed:
                    findings.add(.error, "\(Words.row(row)) ends below its start", map.place(row))
                case .none where row.marks.contains(.calledInvalid):
                    findings.add(.error, "the source calls \(Words.row(row)) invalid", map.place(row))
                case .none, .empty: break
                }
            }
        }
    }
}

/// 4: rows in another order than that of their addresses.
struct OrderRule: MapRule {
    let id: StaticString = "order"
    let title: StaticString = "Rows are not in the order of their addresses"
    let severity = Severity.warning
    let reason: StaticString =
        "UEFI leaves the order of its map open, and most firmware lists memory above 4 GiB before the devices below; e820 and the memory attributes table must ascend."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind.isWhole || map.listed.kind == .memoryAttributesTable {
            var (count, first): (Int, (MapRow, MapRow)?) = (0, nil)
            var previous: MapRow?
            for row in map.listed.rows where row.isCounted && row.defect == .none {
                if let previous, row.start < previous.start {
                    count += 1
                    if first == nil { first = (row, previous) }
                }
                previous = row
            }
            guard let (row, before) = first else { continue }
            let more = count > 1 ? ", and \(count - 1) more rows are out of order" : ""
            findings.add(
                map.listed.kind.isE820 || map.listed.kind == .memoryAttributesTable ? .warning : .note,
                "\(Words.row(row)) comes after \(Words.row(before))\(more): programs that expect ascending rows misread the map",
                map.place(row), map.place(before))
        }
    }
}

/// 5: edges inside a page.
struct AlignmentRule: MapRule {
    let id: StaticString = "page-edges"
    let title: StaticString = "A row does not begin and end with a page"
    let severity = Severity.error
    let reason: StaticString =
        "UEFI counts in 4 KiB pages; in e820 edges inside pages are usual below 1 MiB and where Linux marks setup_data, and cost a page elsewhere."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind.isUEFI || map.listed.kind.isE820 {
            let isOfKernel = map.listed.label == "reserve setup_data" || map.listed.label == "extended"
            var (marks, first): (Int, MapRow?) = (0, nil)
            for row in map.listed.rows where row.isCounted {
                let isBad = row.range.map { !$0.isPageAligned } ?? (row.start.rawValue % PageCount.pageSize != 0)
                guard isBad else { continue }
                if map.listed.kind.isUEFI {
                    findings.add(
                        .error, "\(Words.row(row)) is no whole number of 4 KiB pages, which UEFI requires", map.place(row))
                } else if row.start.rawValue < 0x10_0000 {
                    continue
                } else if isOfKernel {
                    marks += 1
                    first = first ?? row
                } else {
                    findings.add(
                        row.type == .conventional ? .warning : .note,
                        "\(Words.row(row)) has an edge inside a page: the page is lost, or shared by two owners", map.place(row))
                }
            }
            if let first {
                findings.add(
                    .note, "\(marks) rows have edges inside pages, as the kernel's marks of setup_data do", map.place(first))
            }
        }
    }
}
