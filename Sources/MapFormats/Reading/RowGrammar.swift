import MemoryMap

/// Decides what a line is: which grammar, if any, its row belongs to.
///
/// The first step looks only for two things, a range with a hyphen and the first letters of the line, and lets the rest go:
/// nearly all lines of a log end here.
struct RowGrammar {
    /// The table inside which rows are told by their place.
    private(set) var table: MapKind?

    private var strata = StrataRows()

    /// Whether the kernel lists its runtime regions: the same rows as those of the whole map, which they are not.
    private var listsRuntime = false

    /// How many lines may be no rows before a table is over.
    private var patience = 0

    mutating func read(_ line: borrowing Line, _ draft: inout RowDraft) -> LineReading {
        if let token = RangeToken.first(in: line, from: 0) {
            let reading = readChecked(line, token, &draft)
            if case .nothing = reading {} else { return reading }
            // Before the range there may be a time stamp that looks like one.
            var next = token
            while let other = RangeToken.first(in: line, from: next.end) {
                let reading = readChecked(line, other, &draft)
                if case .nothing = reading {} else { return reading }
                next = other
            }
        }
        return readStart(line, &draft)
    }

    /// Reads a row around `token`; of a number with more than 64 bits only the row is known, not its addresses.
    private func readChecked(_ line: borrowing Line, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        let reading = read(line, token, &draft)
        guard token.overflows else { return reading }
        if case .fact = reading { return .nothing }
        draft.row.defect = .wraps
        return reading
    }

    private func read(_ line: borrowing Line, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        let body = LinePrefix.length(of: line)
        if token.isPrefixed {
            let before = line[token.start - 1]
            if before == UInt8(ascii: " "),
                line.has("[mem", endingAt: token.start - 1) || line.has("[gap", endingAt: token.start - 1)
            {
                let reading = LinuxE820.readBracketed(line, body: body, token, &draft)
                if case .nothing = reading {} else { return reading }
                switch line[body] {
                case UInt8(ascii: "e"): return LinuxE820.readUpdate(line, body: body, token, &draft)
                case UInt8(ascii: "p"), UInt8(ascii: "P"): return LogFacts.read(line, body: body, token)
                default: return LinuxZones.read(line, body: body, token, &draft)
                }
            }
            if before == UInt8(ascii: "[") {
                return line.has("range=", endingAt: token.start - 1)
                    ? LinuxEFI.read(line, body: body, isRuntime: listsRuntime, &draft)
                    : Memblock.read(line, body: body, token, &draft)
            }
            if token.isSpaced {
                return line.has(" len=", at: token.end)
                    ? ESXi.read(line, body: body, &draft) : FreeBSDChunks.read(line, body: body, token, &draft)
            }
            let reading = LinuxEFIByAddress.read(line, body: body, token, &draft)
            if case .nothing = reading { return OpenCore.read(line, body: body, token, &draft) }
            return reading
        }
        if line[body] == UInt8(ascii: "(") { return Xen.read(line, body: body, &draft) }
        if token.isSpaced { return LinuxE820.readSpaced(line, body: body, token, &draft) }
        if line.has(" : ", at: token.end) { return LinuxIOMem.read(line, token, &draft) }
        if line.has(": ", at: token.end) { return Coreboot.read(line, body: body, token, &draft) }
        if line.has(" (", at: token.end) {
            let reading = QEMUMemoryTree.read(line, body: body, token, &draft)
            if case .nothing = reading { return LinuxFirmwareMemmap.read(line, token, &draft) }
            return reading
        }
        if body < token.start, isBlank(line[token.end]) || token.end == line.count {
            let shell = ShellMemmap.read(line, body: body, token, isGCD: table == .gcd, &draft)
            if case .nothing = shell {} else { return shell }
            let grub = GRUBEFI.read(line, body: body, token, &draft)
            if case .nothing = grub {} else { return grub }
            return UBootEFI.read(line, body: body, token, &draft)
        }
        return .nothing
    }

    /// Reads the lines that are known by how they start.
    private mutating func readStart(_ line: borrowing Line, _ draft: inout RowDraft) -> LineReading {
        var body = quickStart(line)
        // A frame drawn with characters beyond ASCII.
        while line[body] >= 0x80 || line[body] == UInt8(ascii: " ") && body > 0 && line[body - 1] >= 0x80 { body += 1 }
        while body > 0, isBlank(line[body]) { body += 1 }
        if let table {
            let reading = tableRow(line, body, table, &draft)
            if case .nothing = reading {
            } else {
                patience = 4
                return reading
            }
            patience -= 1
            if patience <= 0 { self.table = nil }
        }
        switch line[body] {
        case UInt8(ascii: "("): return Xen.read(line, body: body, &draft)
        case UInt8(ascii: "[") where line.count < 256: return Limine.read(line, body: body, &draft)
        case UInt8(ascii: "A"): return FirmwareTableList.readACPI(line, body: body)
        case UInt8(ascii: "B") where line.has("BIOS-provided physical RAM map", at: body): return .header(.map(.linuxE820))
        case UInt8(ascii: "D"): return LogFacts.readRMRR(line, body: body)
        case UInt8(ascii: "E") where line.has("EFI: mem", at: body), UInt8(ascii: "e") where line.has("efi: mem", at: body):
            return LinuxEFI.read(line, body: body, isRuntime: listsRuntime, &draft)
        case UInt8(ascii: "e") where line.has("efi: ", at: body):
            if line.has("efi: EFI runtime memory map:", at: body) {
                listsRuntime = true
                return .header(.map(.linuxEFI))
            }
            return FirmwareTableList.read(line, body: body)
        case UInt8(ascii: "F") where line.has("FlatView #", at: body): return .header(.map(.qemuMemoryTree))
        case UInt8(ascii: "G") where line.has("GCDMemType", at: body): return begin(.gcd)
        case UInt8(ascii: "I"):
            if DescriptorCSV.isHeader(line, body) { return begin(.descriptorCSV) }
            return UEFIRS.read(line, body: body, &draft)
        case UInt8(ascii: "L") where line.has("Linux version ", at: body):
            listsRuntime = false
            return .header(.boot)
        case UInt8(ascii: "M"):
            if line.has("MEMBLOCK configuration", at: body) { return .header(.map(.linuxMemblock)) }
            if line.has("MTRR ", at: body) { return MTRRRanges.readDefault(line, body: body) }
            if line.has("MMap[", at: body) { return ESXi.read(line, body: body, &draft) }
            if line.has("MemoryDescriptor {", at: body) { return UEFIRS.read(line, body: body, &draft) }
            if line.has("MemoryMap,\"", at: body) { return ShellTable.read(line, body: body, &draft) }
            if line.has("MAT,0x", at: body) || line.has("MemoryMap,0x", at: body) {
                return PagingAudit.read(line, body: body, &draft)
            }
        case UInt8(ascii: "O"): return LinuxReservedMemory.read(line, body: body, &draft)
        case UInt8(ascii: "R"): return OpenBSDMemory.read(line, body: body, &draft)
        case UInt8(ascii: "S"):
            if line.has("ShellCommand,\"memmap\"", at: body) { return .header(.map(.shellTable)) }
            return FreeBSDSMAP.read(line, body: body, &draft)
        case UInt8(ascii: "T"):
            if line.has("Type ", at: body) { return tableHeader(line, body) }
            if line.has("TOM2: ", at: body) { return MTRRRanges.readTopOfMemory(line, body: body) }
            return ShellMemmap.readTotal(line, body: body)
        case UInt8(ascii: "a"): return NetBSDMemory.read(line, body: body, &draft)
        case UInt8(ascii: "b"): return GRUBMemory.read(line, body: body, &draft)
        case UInt8(ascii: "m") where line.has("map,kind,", at: body): return strata.readHeader(line, body)
        case UInt8(ascii: "{"): return strata.readObject(line, body, &draft)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            guard strata.isTable else { return MTRRRanges.read(line, body: body) }
            let reading = strata.readFields(line, body, &draft)
            if case .nothing = reading {} else { return reading }
        case UInt8(ascii: "l") where line.has("lmb_dump_all", at: body): return .header(.map(.uBootLMB))
        default: break
        }
        return .nothing
    }

    /// A table's header, by its columns.
    private mutating func tableHeader(_ line: borrowing Line, _ body: Int) -> LineReading {
        if line.index(of: "# Pages", from: body) != nil { return begin(.shellMemmap) }
        if RegionReport.isHeader(line, body) { return begin(.regionReport) }
        if line.index(of: "Physical start", from: body) != nil { return begin(.grubEFI) }
        if line.index(of: "Virtual", from: body) != nil, line.index(of: "Attr", from: body) != nil { return begin(.freeBSDEFI) }
        if line.index(of: "Start", from: body) != nil, line.index(of: "Attributes", from: body) != nil { return begin(.uBootEFI) }
        return .nothing
    }

    private mutating func begin(_ kind: MapKind) -> LineReading {
        table = kind
        patience = 4
        return .header(.map(kind))
    }

    /// Reads a row that only its table makes one.
    private func tableRow(
        _ line: borrowing Line, _ body: Int, _ kind: MapKind, _ draft: inout RowDraft
    ) -> LineReading {
        switch kind {
        case .descriptorCSV: DescriptorCSV.read(line, body: body, &draft)
        case .freeBSDEFI: FreeBSDEFI.read(line, body: body, &draft)
        case .regionReport: RegionReport.read(line, body: body, &draft)
        default: .nothing
        }
    }

    /// Where the line starts after the commonest prefixes, found without a look at the others unless they are there.
    @inline(__always)
    private func quickStart(_ line: borrowing Line) -> Int {
        switch line[0] {
        case UInt8(ascii: "["):
            // "[   12.345678] " is most of a kernel's log.
            if line[13] == UInt8(ascii: "]"), line[14] == UInt8(ascii: " "),
                line[6] == UInt8(ascii: ".") || line[5] == UInt8(ascii: ".")
            {
                return line[15] == UInt8(ascii: "[") || isBlank(line[15]) ? LinePrefix.length(of: line) : 15
            }
            return LinePrefix.length(of: line)
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), 0x1B:
            return LinePrefix.length(of: line)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return line[4] == UInt8(ascii: "-") ? LinePrefix.length(of: line) : 0
        default:
            // A month's name: "Nov 21 08:43:20 host kernel: ".
            return line[3] == UInt8(ascii: " ") && isLetter(line[0]) && isDigit(line[5]) && line[9] == UInt8(ascii: ":")
                ? LinePrefix.length(of: line) : 0
        }
    }
}
