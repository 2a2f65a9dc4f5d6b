import MemoryMap

/// A flattened device tree: its memory, what it reserves, and where its devices lie. Devicetree Specification 0.4, chapters 3 and 5.
///
/// Becomes up to four maps: "memory" (the nodes of that name), "reserved-memory" (their ``MapRow/number`` is 1 with `no-map`), "memreserve"
/// (the block of the header) and "devices" (what `reg` says of all others that the processor reaches, as their `ranges` translate it).
enum DeviceTreeBlob {
    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        let blob = BigEndianBytes(bytes)
        guard blob.word(0) == 0xD00D_FEED else { throw .signature(offset: 0) }
        guard let total = blob.int(4), let structure = blob.int(8), let strings = blob.int(12), let reserve = blob.int(16) else {
            throw .truncated(offset: 0)
        }
        guard total <= bytes.byteCount else { throw .truncated(offset: 4) }
        guard structure < total, strings <= total, reserve < total else { throw .malformed(offset: 8) }
        try readReservations(blob, reserve, total, &rows)
        var walk = TreeWalk(blob: blob, strings: strings, end: total)
        try walk.run(from: structure)
        try walk.put(into: &rows)
        rows.finish()
    }

    private static func readReservations(
        _ blob: borrowing BigEndianBytes, _ start: Int, _ end: Int, _ rows: inout BinaryRows
    ) throws(BinaryMapError) {
        rows.begin(.deviceTree, "memreserve", .length)
        var offset = start
        while true {
            guard offset <= end - 16, let address = blob.long(offset), let size = blob.long(offset + 8) else {
                throw .truncated(offset: offset)
            }
            if address == 0, size == 0 { return }
            var row = MapRow(start: address, byteCount: size, type: .reserved)
            row.number = 1
            try rows.add(row, word: "memreserve")
            offset += 16
        }
    }
}

/// Big-endian numbers, nil where there are no bytes.
struct BigEndianBytes: ~Escapable {
    let bytes: RawSpan

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    func word(_ offset: Int) -> UInt32? { bytes.littleEndian(UInt32.self, at: offset)?.byteSwapped }
    func long(_ offset: Int) -> UInt64? { bytes.littleEndian(UInt64.self, at: offset)?.byteSwapped }
    func int(_ offset: Int) -> Int? { word(offset).map(Int.init) }
}

/// Goes through the tree once, with the nodes that are open on a stack.
private struct TreeWalk: ~Escapable {
    let blob: BigEndianBytes
    let strings: Int
    let end: Int

    private struct Node {
        var name: Range<Int>
        var isReservedMemory = false
        var isMemory = false
        var addressCells = 2
        var sizeCells = 1
        var reg: Range<Int>?
        var isNoMap = false
        var isDisabled = false
        var isTaken = false

        /// How addresses of the children become the parent's: nil where they do not.
        var ranges: Range<Int>?
        var hasRanges = false
    }

    private struct Found {
        var map: Int
        var row: MapRow
        var name: Range<Int>
    }

    private var stack: [Node] = []
    private var found: [Found] = []
    private static let maps = ["memory", "reserved-memory", "devices"]

    @_lifetime(copy blob)
    init(blob: consuming BigEndianBytes, strings: Int, end: Int) {
        self.blob = blob
        (self.strings, self.end) = (strings, end)
    }

    mutating func run(from start: Int) throws(BinaryMapError) {
        var offset = start
        while true {
            guard offset <= end - 4, let token = blob.word(offset) else { throw .truncated(offset: offset) }
            let here = offset
            offset += 4
            switch token {
            case 1: offset = try open(at: offset)
            case 2:
                guard !stack.isEmpty else { throw .malformed(offset: here) }
                try take(stack.count - 1, here)
                stack.removeLast()
            case 3: offset = try property(at: offset)
            case 4: continue
            case 9: return
            default: throw .malformed(offset: here)
            }
        }
    }

    mutating func put(into rows: inout BinaryRows) throws(BinaryMapError) {
        for (number, label) in Self.maps.enumerated() {
            rows.begin(.deviceTree, label, .length)
            for item in found where item.map == number { try rows.add(item.row, name: blob.bytes, item.name) }
        }
    }

    private mutating func open(at start: Int) throws(BinaryMapError) -> Int {
        if !stack.isEmpty { try take(stack.count - 1, start) }
        guard stack.count < 64 else { throw .malformed(offset: start) }
        var index = start
        while index < end, blob.bytes.byte(at: index) != 0 { index += 1 }
        guard index < end else { throw .truncated(offset: start) }
        var node = Node(name: start..<index)
        let line = Line(blob.bytes)
        node.isReservedMemory = stack.count == 2 && line.equals("reserved-memory", stack[1].name)
        node.isMemory = stack.count == 1 && (line.has("memory@", at: start) || line.equals("memory", node.name))
        stack.append(node)
        return (index + 4) & ~3
    }

    private mutating func property(at start: Int) throws(BinaryMapError) -> Int {
        guard let length = blob.int(start), let name = blob.int(start + 4), start <= end - 8, length <= end - start - 8 else {
            throw .truncated(offset: start)
        }
        guard !stack.isEmpty else { throw .malformed(offset: start) }
        let value = start + 8..<start + 8 + length
        let key = strings + name
        let line = Line(blob.bytes)
        func isKey(_ text: StaticString) -> Bool { line.has(text, at: key) && line[key + text.utf8CodeUnitCount] == 0 }
        let top = stack.count - 1
        if isKey("reg") {
            stack[top].reg = value
        } else if isKey("ranges") {
            stack[top].ranges = value
            stack[top].hasRanges = true
        } else if isKey("#address-cells"), let cells = blob.int(value.lowerBound), length >= 4 {
            guard cells <= 4 else { throw .malformed(offset: value.lowerBound) }
            stack[top].addressCells = cells
        } else if isKey("#size-cells"), let cells = blob.int(value.lowerBound), length >= 4 {
            guard cells <= 4 else { throw .malformed(offset: value.lowerBound) }
            stack[top].sizeCells = cells
        } else if isKey("no-map") {
            stack[top].isNoMap = true
        } else if isKey("device_type"), stack.count == 2, line.has("memory", at: value.lowerBound) {
            stack[top].isMemory = true
        } else if isKey("status") {
            stack[top].isDisabled = line.has("disabled", at: value.lowerBound) || line.has("fail", at: value.lowerBound)
        }
        return (value.upperBound + 3) & ~3
    }

    /// Takes what `reg` of a node says, once all its properties are known.
    private mutating func take(_ index: Int, _ offset: Int) throws(BinaryMapError) {
        guard !stack[index].isTaken else { return }
        stack[index].isTaken = true
        guard index > 0, let reg = stack[index].reg, !stack[index].isDisabled else { return }
        let parent = stack[index - 1]
        // Sizes of nothing are no addresses but numbers of processors and the like.
        guard parent.sizeCells > 0, parent.addressCells > 0 else { return }
        let stride = 4 * (parent.addressCells + parent.sizeCells)
        let map = stack[index].isMemory ? 0 : stack[index].isReservedMemory ? 1 : 2
        var place = reg.lowerBound
        while place <= reg.upperBound - stride {
            defer { place += stride }
            guard let address = cells(place, parent.addressCells),
                let size = cells(place + 4 * parent.addressCells, parent.sizeCells), size > 0,
                let start = map == 1 ? address : translate(address, upFrom: index - 1)
            else { continue }
            var row = MapRow(
                start: start, byteCount: size, type: map == 0 ? .conventional : map == 1 ? .reserved : .memoryMappedIO)
            if map == 1, stack[index].isNoMap { row.number = 1 }
            found.append(Found(map: map, row: row, name: stack[index].name))
            guard found.count < BinaryMapReader.rowLimit else { throw .tooManyRows }
        }
    }

    /// The number in `count` cells; of three cells (PCI) the lower two.
    private func cells(_ offset: Int, _ count: Int) -> UInt64? {
        switch count {
        case 1: blob.word(offset).map(UInt64.init)
        case 2, 3, 4: blob.long(offset + 4 * (count - 2))
        default: nil
        }
    }

    /// The address that a child of the node `index` sees as `address`, as the root sees it.
    private func translate(_ address: UInt64, upFrom index: Int) -> UInt64? {
        var (address, index) = (address, index)
        while index > 0 {
            let (node, parent) = (stack[index], stack[index - 1])
            guard node.hasRanges, let ranges = node.ranges else { return nil }
            if !ranges.isEmpty {
                let stride = 4 * (node.addressCells + parent.addressCells + node.sizeCells)
                guard stride > 0 else { return nil }
                var place = ranges.lowerBound
                var translated: UInt64?
                while place <= ranges.upperBound - stride, translated == nil {
                    if let child = cells(place, node.addressCells),
                        let base = cells(place + 4 * node.addressCells, parent.addressCells),
                        let size = cells(place + 4 * (node.addressCells + parent.addressCells), node.sizeCells),
                        address >= child, address - child < size
                    {
                        translated = base &+ (address - child)
                    }
                    place += stride
                }
                guard let translated else { return nil }
                address = translated
            }
            index -= 1
        }
        return address
    }
}
