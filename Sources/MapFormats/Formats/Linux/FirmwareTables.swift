import MemoryMap

/// The line in which Linux lists where the firmware's tables lie: "efi: ACPI=0x… ESRT=0x… MEMATTR=0x…".
enum FirmwareTableList {
    private static let names: [(StaticString, MapFact.Kind)] = [
        ("ESRT=", .systemResourceTable), ("TPMEventLog=", .measurementLog), ("TPMFinalLog=", .measurementLog),
        ("MOKvar=", .ownerKeys), ("MEMATTR=", .memoryAttributesTable), ("INITRD=", .initialRAMDisk),
    ]

    static func read(_ line: borrowing Line, body: Int) -> LineReading {
        var index = body
        guard line.take("efi: ", &index) else { return .nothing }
        var facts: [(MapFact.Kind, PhysicalRange)] = []
        while index < line.count {
            index = line.skipBlanks(index)
            for (name, kind) in names {
                var value = index
                guard line.take(name, &value), line.has("0x", at: value), let start = line.number(&value) else { continue }
                if let range = PhysicalRange(start: PhysicalAddress(start), last: PhysicalAddress(start)) {
                    facts.append((kind, range))
                }
            }
            while index < line.count, !isBlank(line[index]) { index += 1 }
        }
        return facts.isEmpty ? .nothing : .facts(facts)
    }

    /// A table of ACPI: "ACPI: BGRT 0x0000000041D5B868 000038 (v01 …)", of older kernels without "0x".
    static func readACPI(_ line: borrowing Line, body: Int) -> LineReading {
        var index = body
        guard line.take("ACPI: ", &index), line[index + 4] == UInt8(ascii: " ") else { return .nothing }
        // The root pointer may lie in the ROM, which no map needs to describe.
        let isRootPointer = line.has("RSDP", at: index)
        let kind: MapFact.Kind = line.has("BGRT", at: index) ? .bootGraphics : .acpiTable
        index += 5
        _ = line.take("0x", &index)
        let (start, digits, _) = line.hexadecimal(&index)
        // Tables that are loaded later are told by their virtual addresses, above all physical ones.
        guard digits == 16, start < 1 << 52, !isRootPointer, line[index] == UInt8(ascii: " ") else { return .nothing }
        index += 1
        let (length, lengthDigits, _) = line.hexadecimal(&index)
        guard lengthDigits >= 5, length > 0, let range = PhysicalRange(start: PhysicalAddress(start), byteCount: length) else {
            return .nothing
        }
        return .fact(kind, range)
    }
}
