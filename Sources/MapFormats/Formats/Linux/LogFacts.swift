import MemoryMap

/// Ranges that a kernel's log mentions beside its memory maps.
enum LogFacts {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken) -> LineReading {
        guard let range = PhysicalRange(start: PhysicalAddress(token.first), last: PhysicalAddress(token.second)) else {
            return .nothing
        }
        var index = body
        if line.take("PCI: ", &index) {
            if line.has("MMCONFIG for domain", at: index)
                || line.has("ECAM [mem", at: index) && line.has("(base", at: token.end + 2)
            {
                return .fact(.configurationSpace, range)
            }
        } else if line.take("pci_bus ", &index), line.has(": root bus resource [mem ", at: index + 7) {
            return .fact(.hostBridgeWindow, range)
        }
        return .nothing
    }

    /// "DMAR: RMRR base: 0x… end: 0x…".
    static func readRMRR(_ line: borrowing Line, body: Int) -> LineReading {
        var index = body
        guard line.take("DMAR: RMRR base: ", &index), let first = line.number(&index), line.take(" end: ", &index),
            let last = line.number(&index),
            let range = PhysicalRange(start: PhysicalAddress(first), last: PhysicalAddress(last))
        else { return .nothing }
        return .fact(.reservedMemoryRegion, range)
    }
}
