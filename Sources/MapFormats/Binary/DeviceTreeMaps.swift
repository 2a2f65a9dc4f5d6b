import FirmwareTables
import MemoryMap

/// A flattened device tree: its memory, what it reserves, and where its devices lie. Devicetree Specification 0.4, chapters 3 and 5.
///
/// Becomes up to four maps: "memory" (the nodes of that name), "reserved-memory" (their ``MapRow/number`` is 1 with `no-map`), "memreserve"
/// (the block of the header) and "devices" (what `reg` says of all others that the processor reaches, as their `ranges` translate it).
enum DeviceTreeMaps {
    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard bytes.bigEndian32(at: 0) == 0xD00D_FEED else { throw .signature(offset: 0) }
        guard let total = bytes.bigEndian32(at: 4), let reserve = bytes.bigEndian32(at: 16) else { throw .truncated(offset: 0) }
        guard Int(total) <= bytes.byteCount else { throw .truncated(offset: 4) }
        guard reserve < total else { throw .malformed(offset: 16) }
        let tree = bytes.extracting(first: Int(total))
        var nodes = OpenNodes()
        do throws(DeviceTreeFault) {
            let blob = try DeviceTreeBlob(validating: tree)
            try blob.walk { nodes.take($0, blob) }
        } catch {
            throw .malformed(offset: error.offset)
        }
        guard nodes.failure == nil else { throw nodes.failure ?? .tooManyRows }
        try readReservations(tree, Int(reserve), &rows)
        try nodes.put(into: &rows, names: tree)
        rows.finish()
    }

    private static func readReservations(_ bytes: RawSpan, _ start: Int, _ rows: inout BinaryRows) throws(BinaryMapError) {
        rows.begin(.deviceTree, "memreserve", .length)
        var offset = start
        while true {
            guard let address = bytes.bigEndian64(at: offset), let size = bytes.bigEndian64(at: offset + 8) else {
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

/// The nodes that a walk through the tree is inside of, and the rows that it has found.
private struct OpenNodes {
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
    }

    private struct Found {
        var map: Int
        var row: MapRow
        var name: Range<Int>
    }

    private var stack: [Node] = []
    private var found: [Found] = []
    private static let maps = ["memory", "reserved-memory", "devices"]

    /// What ended the walk.
    private(set) var failure: BinaryMapError?

    /// Takes the next token; false where the walk has to end.
    mutating func take(_ token: DeviceTreeBlob.Token, _ blob: borrowing DeviceTreeBlob) -> Bool {
        do throws(BinaryMapError) {
            switch token {
            case .beginNode(let name):
                if !stack.isEmpty { try take(stack.count - 1, blob.bytes) }
                stack.append(open(name, blob))
            case .endNode:
                try take(stack.count - 1, blob.bytes)
                stack.removeLast()
            case .property(let name, let value): try note(name, value, blob)
            }
            return true
        } catch {
            failure = error
            return false
        }
    }

    func put(into rows: inout BinaryRows, names bytes: RawSpan) throws(BinaryMapError) {
        for (number, label) in Self.maps.enumerated() {
            rows.begin(.deviceTree, label, .length)
            for item in found where item.map == number { try rows.add(item.row, name: bytes, item.name) }
        }
    }

    private func open(_ name: Range<Int>, _ blob: borrowing DeviceTreeBlob) -> Node {
        var node = Node(name: name)
        node.isReservedMemory = stack.count == 2 && blob.equals(stack[1].name, "reserved-memory")
        node.isMemory = stack.count == 1 && (blob.equals(name, "memory") || Line(blob.bytes).has("memory@", at: name.lowerBound))
        return node
    }

    private mutating func note(
        _ name: Range<Int>, _ value: Range<Int>, _ blob: borrowing DeviceTreeBlob
    ) throws(BinaryMapError) {
        let top = stack.count - 1
        let line = Line(blob.bytes)
        if blob.equals(name, "reg") {
            stack[top].reg = value
        } else if blob.equals(name, "ranges") {
            stack[top].ranges = value
        } else if blob.equals(name, "#address-cells") {
            stack[top].addressCells = try cellCount(value, blob.bytes)
        } else if blob.equals(name, "#size-cells") {
            stack[top].sizeCells = try cellCount(value, blob.bytes)
        } else if blob.equals(name, "no-map") {
            stack[top].isNoMap = true
        } else if blob.equals(name, "device_type"), stack.count == 2, line.has("memory", at: value.lowerBound) {
            stack[top].isMemory = true
        } else if blob.equals(name, "status") {
            stack[top].isDisabled = line.has("disabled", at: value.lowerBound) || line.has("fail", at: value.lowerBound)
        }
    }

    private func cellCount(_ value: Range<Int>, _ bytes: RawSpan) throws(BinaryMapError) -> Int {
        guard value.count == 4, let cells = bytes.bigEndian32(at: value.lowerBound), cells <= 4 else {
            throw .malformed(offset: value.lowerBound)
        }
        return Int(cells)
    }

    /// Takes what `reg` of a node says, once all its properties are known.
    private mutating func take(_ index: Int, _ bytes: RawSpan) throws(BinaryMapError) {
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
            guard let address = cells(bytes, place, parent.addressCells),
                let size = cells(bytes, place + 4 * parent.addressCells, parent.sizeCells), size > 0,
                let start = map == 1 ? address : translate(address, upFrom: index - 1, bytes)
            else { continue }
            var row = MapRow(
                start: start, byteCount: size, type: map == 0 ? .conventional : map == 1 ? .reserved : .memoryMappedIO)
            if map == 1, stack[index].isNoMap { row.number = 1 }
            found.append(Found(map: map, row: row, name: stack[index].name))
            guard found.count < BinaryMapReader.rowLimit else { throw .tooManyRows }
        }
    }

    /// The number in `count` cells; of three cells (PCI) the lower two.
    private func cells(_ bytes: RawSpan, _ offset: Int, _ count: Int) -> UInt64? {
        switch count {
        case 1: bytes.bigEndian32(at: offset).map(UInt64.init)
        case 2, 3, 4: bytes.bigEndian64(at: offset + 4 * (count - 2))
        default: nil
        }
    }

    /// The address that a child of the node `index` sees as `address`, as the root sees it.
    private func translate(_ address: UInt64, upFrom index: Int, _ bytes: RawSpan) -> UInt64? {
        var (address, index) = (address, index)
        while index > 0 {
            let (node, parent) = (stack[index], stack[index - 1])
            guard let ranges = node.ranges else { return nil }
            if !ranges.isEmpty {
                let stride = 4 * (node.addressCells + parent.addressCells + node.sizeCells)
                guard stride > 0 else { return nil }
                var place = ranges.lowerBound
                var translated: UInt64?
                while place <= ranges.upperBound - stride, translated == nil {
                    if let child = cells(bytes, place, node.addressCells),
                        let base = cells(bytes, place + 4 * node.addressCells, parent.addressCells),
                        let size = cells(bytes, place + 4 * (node.addressCells + parent.addressCells), node.sizeCells),
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
