import MapFormats
import MemoryMap
import MemoryReport

/// The blocks of a map, each with the index of the row that its word comes from.
struct BlockList {
    private(set) var blocks: [(block: MapBlock, row: Int?)] = []

    /// The regions before any were joined.
    private(set) var regionCount = 0

    init(_ map: ListedMap, _ resolved: ResolvedMap, limit: Int) {
        let rows = map.rows
        let drawn = rows.indices.filter { rows[$0].isCounted && rows[$0].defect == .none }
            .sorted { (rows[$0].start.rawValue, $0) < (rows[$1].start.rawValue, $1) }
        let seams = Self.seams(rows, drawn)
        var (end, seam): (PhysicalAddress?, Int) = (nil, 0)
        for (region, row) in zip(resolved.regions, resolved.rows) {
            if let end, end < region.range.start,
                let hole = PhysicalRange(start: end, last: PhysicalAddress(region.range.start.rawValue - 1))
            {
                blocks.append((MapBlock(range: hole, content: .hole), nil))
            }
            var (start, source) = (region.range.start, row)
            while seam < seams.count, rows[seams[seam]].start <= region.range.last {
                let next = seams[seam]
                seam += 1
                guard rows[next].start > start,
                    let range = PhysicalRange(start: start, last: PhysicalAddress(rows[next].start.rawValue - 1))
                else { continue }
                append(MemoryRegion(range: range, type: region.type, attributes: region.attributes), rows, source)
                (start, source) = (rows[next].start, next)
            }
            if let range = PhysicalRange(start: start, last: region.range.last) {
                append(MemoryRegion(range: range, type: region.type, attributes: region.attributes), rows, source)
            }
            end = region.range.end
        }
        regionCount = blocks.count { !$0.block.isHole }
        count(rows, drawn)
        join(atMost: limit)
    }

    /// The rows that have another word than the row before and start where no other row is: neighbours with names of their own are
    /// drawn apart though they are of one type.
    private static func seams(_ rows: [MapRow], _ drawn: [Int]) -> [Int] {
        var seams: [Int] = []
        var (reach, word): (PhysicalAddress?, UInt32?) = (nil, nil)
        for index in drawn {
            let row = rows[index]
            if let reach, reach < row.start, row.word != word { seams.append(index) }
            reach = max(reach ?? row.last, row.last)
            word = row.word
        }
        return seams
    }

    private mutating func append(_ region: MemoryRegion, _ rows: [MapRow], _ source: Int) {
        let row = rows[source]
        var block = MapBlock(range: region.range, content: .region(region.type, row.hasAttributes ? region.attributes : nil))
        block.lines = row.line...row.line
        block.isOfSpecificPurpose = region.attributes.contains(.specificPurpose)
        blocks.append((block, source))
    }

    /// Gives each row to the block that has its first byte, and marks what several rows describe; `drawn` are the rows that count, by their starts.
    private mutating func count(_ rows: [MapRow], _ drawn: [Int]) {
        var (index, marked) = (0, 0)
        var reach: PhysicalAddress?
        for row in drawn.lazy.map({ rows[$0] }) {
            while index < blocks.count, blocks[index].block.range.last < row.start { index += 1 }
            guard index < blocks.count else { return }
            blocks[index].block.rows += 1
            if let lines = blocks[index].block.lines {
                blocks[index].block.lines = min(lines.lowerBound, row.line)...max(lines.upperBound, row.line)
            }
            // Everything from here to the end of the shorter of the two is described twice. Rows come by their starts, so that
            // what is marked is marked from this block on, and no block is looked at twice.
            if let last = reach, row.start <= last {
                marked = max(marked, index)
                while marked < blocks.count, blocks[marked].block.range.start <= min(last, row.last) {
                    blocks[marked].block.isContested = true
                    marked += 1
                }
            }
            reach = max(reach ?? row.last, row.last)
        }
    }

    /// Puts neighbours together until at most `limit` blocks are left: the largest stay, by themselves.
    private mutating func join(atMost limit: Int) {
        guard blocks.count > limit else { return }
        // Between any two that stay there is at most one group.
        let staying = max(limit - 1, 2) / 2
        let sizes = blocks.map { $0.block.range.size }
        let bySize = blocks.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        var stays = [Bool](repeating: false, count: blocks.count)
        for index in bySize.prefix(staying) { stays[index] = true }
        var joined: [(block: MapBlock, row: Int?)] = []
        var run = 0
        for index in 0...blocks.count where index == blocks.count || stays[index] {
            if index - run == 1 { joined.append(blocks[run]) } else if index > run { joined.append((group(run..<index), nil)) }
            if index < blocks.count { joined.append(blocks[index]) }
            run = index + 1
        }
        blocks = joined
    }

    private func group(_ indices: Range<Int>) -> MapBlock {
        var group = MapBlock.Group()
        var whole = blocks[indices.lowerBound].block
        whole.rows = 0
        for index in indices {
            let block = blocks[index].block
            if block.isHole { group.holes += 1 } else { group.regions += 1 }
            group.largest = max(group.largest, block.range.size)
            group.bytes[Int(block.category.rawValue)] += block.range.size
            whole.rows += block.rows
            whole.isContested = whole.isContested || block.isContested
            whole.range = PhysicalRange(start: whole.range.start, last: block.range.last) ?? whole.range
            if let lines = block.lines {
                whole.lines =
                    min(whole.lines?.lowerBound ?? .max, lines.lowerBound)...max(whole.lines?.upperBound ?? 0, lines.upperBound)
            }
        }
        whole.content = .group(group)
        return whole
    }
}
