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
}
