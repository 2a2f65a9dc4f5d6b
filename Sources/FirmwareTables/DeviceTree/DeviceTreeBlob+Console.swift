public import MemoryMap

extension DeviceTreeBlob {
    /// The console that `/chosen/stdout-path` names, or nil where it names none, or one that is not known here.
    ///
    /// - Throws: `FirmwareTableError` where the blob is not sound.
    public static func console<Memory: FirmwareMemory & ~Copyable>(
        at address: PhysicalAddress, in memory: borrowing Memory
    ) throws(FirmwareTableError) -> SerialConsole? {
        guard let header = PhysicalRange(start: address, byteCount: 40),
            let head = memory.withBytes(of: header, { (magic: $0.bigEndian32(at: 0), size: $0.bigEndian32(at: 4)) })
        else { throw .unreadable(address) }
        guard head.magic == 0xD00D_FEED, let size = head.size else { throw .wrongSignature(address) }
        guard (40...byteLimit).contains(UInt64(size)), let range = PhysicalRange(start: address, byteCount: UInt64(size)) else {
            throw .badLength(address, UInt64(size))
        }
        let outcome = memory.withBytes(of: range) { bytes -> Outcome in
            do throws(DeviceTreeFault) {
                return .console(try DeviceTreeBlob(validating: bytes).console())
            } catch {
                return .fault(error.offset)
            }
        }
        switch outcome {
        case .console(let console): return console
        case .fault(let offset): throw .malformed(address, offset: offset)
        case nil: throw .unreadable(address)
        }
    }

    private enum Outcome {
        case console(SerialConsole?)
        case fault(Int)
    }

    func console() throws(DeviceTreeFault) -> SerialConsole? {
        guard let stdout = try property("stdout-path", ofNode: "chosen") else { return nil }
        let named = path(stdout)
        if !named.isEmpty, bytes.byte(at: named.lowerBound) != UInt8(ascii: "/") {
            // The name of an alias.
            guard let alias = try property(named, ofNode: "aliases") else { return nil }
            return try console(atPath: path(alias))
        }
        return try console(atPath: named)
    }

    /// A path without its options, which follow a colon, and without the zero at its end.
    private func path(_ value: Range<Int>) -> Range<Int> {
        let end = value.first { bytes.byte(at: $0) == 0 || bytes.byte(at: $0) == UInt8(ascii: ":") } ?? value.upperBound
        return value.lowerBound..<end
    }

    /// The value of a property of a node right below the root.
    private func property(_ name: StaticString, ofNode node: StaticString) throws(DeviceTreeFault) -> Range<Int>? {
        try property(ofNode: node) { equals($0, name) }
    }

    private func property(_ name: Range<Int>, ofNode node: StaticString) throws(DeviceTreeFault) -> Range<Int>? {
        try property(ofNode: node) { equals($0, name) }
    }

    private func property(
        ofNode node: StaticString, _ isWanted: (Range<Int>) -> Bool
    ) throws(DeviceTreeFault) -> Range<Int>? {
        var depth = 0
        var isInside = false
        var found: Range<Int>?
        try walk { token in
            switch token {
            case .beginNode(let name):
                depth += 1
                if depth == 2 { isInside = equals(name, node) }
            case .endNode: depth -= 1
            case .property(let name, let value):
                if depth == 2, isInside, isWanted(name) { found = value }
            }
            return found == nil
        }
        return found
    }

    /// The node at `path`, read with what its parents say of addresses.
    private func console(atPath path: Range<Int>) throws(DeviceTreeFault) -> SerialConsole? {
        // One entry a level on the way down to the node; at most `depthLimit` of them.
        var levels: [Level] = []
        var depth = 0
        var matched = 0
        var node = Node()
        var isComplete = false
        let parts = components(of: path)
        guard !parts.isEmpty else { return nil }
        try walk { token in
            switch token {
            case .beginNode(let name):
                depth += 1
                if depth == 1 {
                    levels.append(Level())
                } else if depth == matched + 2, matched < parts.count, equals(name, parts[matched]) {
                    matched += 1
                    if matched < parts.count { levels.append(Level()) }
                }
            case .endNode:
                // The deepest node of the path that was found ends here: it is the console, or the path leads nowhere.
                if matched > 0, depth == matched + 1 {
                    isComplete = matched == parts.count
                    return false
                }
                depth -= 1
            case .property(let name, let value):
                if matched == parts.count, depth == parts.count + 1 {
                    note(name, value, &node)
                } else if depth == levels.count {
                    note(name, value, &levels[depth - 1])
                }
            }
            return true
        }
        guard isComplete, levels.count == parts.count else { return nil }
        return console(node, levels)
    }

    /// What a node on the way down says about its children's addresses. The defaults are the specification's (2.3.5).
    private struct Level {
        var addressCells: UInt32 = 2
        var sizeCells: UInt32 = 1
        /// nil where there is no such property: then the children have no addresses outside.
        var ranges: Range<Int>?
    }

    private struct Node {
        var kind: SerialConsole.Kind?
        var reg: Range<Int>?
        var registerShift: UInt32 = 0
        var accessWidth: UInt32 = 0
    }

    private func note(_ name: Range<Int>, _ value: Range<Int>, _ level: inout Level) {
        if equals(name, "#address-cells") { level.addressCells = bytes.bigEndian32(at: value.lowerBound) ?? 2 }
        if equals(name, "#size-cells") { level.sizeCells = bytes.bigEndian32(at: value.lowerBound) ?? 1 }
        if equals(name, "ranges") { level.ranges = value }
    }

    private func note(_ name: Range<Int>, _ value: Range<Int>, _ node: inout Node) {
        if equals(name, "compatible") { node.kind = kind(compatible: value) }
        if equals(name, "reg") { node.reg = value }
        if equals(name, "reg-shift"), value.count == 4 { node.registerShift = bytes.bigEndian32(at: value.lowerBound) ?? 0 }
        if equals(name, "reg-io-width"), value.count == 4 { node.accessWidth = bytes.bigEndian32(at: value.lowerBound) ?? 0 }
    }

    /// The first interface in a list of texts that is known here.
    private func kind(compatible value: Range<Int>) -> SerialConsole.Kind? {
        var start = value.lowerBound
        for offset in value where bytes.byte(at: offset) == 0 {
            let text = start..<offset
            if equals(text, "arm,pl011") || equals(text, "arm,sbsa-uart") { return .pl011 }
            if equals(text, "ns16550a") || equals(text, "ns16550") || equals(text, "snps,dw-apb-uart") { return .ns16550 }
            start = offset + 1
        }
        return nil
    }

    /// The parts of a path between its slashes.
    private func components(of path: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = path.lowerBound
        for offset in path where bytes.byte(at: offset) == UInt8(ascii: "/") {
            if offset > start { parts.append(start..<offset) }
            start = offset + 1
        }
        if path.upperBound > start { parts.append(start..<path.upperBound) }
        return parts
    }

    private func console(_ node: Node, _ levels: [Level]) -> SerialConsole? {
        guard let kind = node.kind, let reg = node.reg, let parent = levels.last,
            var address = cells(parent.addressCells, at: reg.lowerBound, within: reg.upperBound)
        else { return nil }
        // From the node's bus up to the root's, each bus translates by its own ranges.
        var index = levels.count - 1
        while index > 0 {
            guard let ranges = levels[index].ranges,
                let translated = translate(address, through: ranges, levels[index], parent: levels[index - 1])
            else { return nil }
            address = translated
            index -= 1
        }
        guard address != 0, address % 8 == 0, node.registerShift <= 3 else { return nil }
        let usual: UInt8 = kind == .pl011 ? 4 : 1
        let width: UInt8 =
            switch node.accessWidth {
            case 1, 2, 4, 8: UInt8(node.accessWidth)
            default: usual
            }
        return SerialConsole(
            kind: kind, place: .memory(PhysicalAddress(address)),
            registerStride: kind == .pl011 ? 4 : 1 << UInt8(node.registerShift), accessWidth: width)
    }

    /// An address of 1 or 2 cells.
    private func cells(_ count: UInt32, at offset: Int, within limit: Int) -> UInt64? {
        guard (1...2).contains(count), offset + Int(count) * 4 <= limit, let first = bytes.bigEndian32(at: offset) else {
            return nil
        }
        guard count == 2 else { return UInt64(first) }
        guard let second = bytes.bigEndian32(at: offset + 4) else { return nil }
        return UInt64(first) << 32 | UInt64(second)
    }

    private func translate(_ address: UInt64, through ranges: Range<Int>, _ level: Level, parent: Level) -> UInt64? {
        // No entries: the bus has its parent's addresses.
        guard !ranges.isEmpty else { return address }
        guard (1...2).contains(level.addressCells), (1...2).contains(parent.addressCells), (1...2).contains(level.sizeCells)
        else {
            return nil
        }
        let childBytes = Int(level.addressCells) * 4
        let parentBytes = Int(parent.addressCells) * 4
        let entry = childBytes + parentBytes + Int(level.sizeCells) * 4
        var offset = ranges.lowerBound
        while offset + entry <= ranges.upperBound {
            guard let child = cells(level.addressCells, at: offset, within: ranges.upperBound),
                let base = cells(parent.addressCells, at: offset + childBytes, within: ranges.upperBound),
                let size = cells(level.sizeCells, at: offset + childBytes + parentBytes, within: ranges.upperBound)
            else { return nil }
            if address >= child, address - child < size {
                let (translated, overflow) = base.addingReportingOverflow(address - child)
                return overflow ? nil : translated
            }
            offset += entry
        }
        return nil
    }
}
