import MapFormats
import MemoryMap
import MemoryReport

/// The rectangles of a column that is drawn to scale: they fill its windows without a gap and without covering each other.
struct ScaleColumn: Sendable {
    struct Mark: Sendable {
        /// The indices of the blocks that it shows.
        var blocks: ClosedRange<Int>
        var category: MemoryCategory
        var top: Double
        var bottom: Double

        var isMixed: Bool { blocks.count > 1 }
    }

    private(set) var marks: [Mark] = []

    /// Blocks lower than this are drawn together with their neighbours, so that the picture stays small.
    static let least = 1.0

    init(_ blocks: [MapBlock], _ scale: AddressScale) {
        var index = 0
        for window in scale.windows {
            while index < blocks.count, blocks[index].range.last < window.range.start { index += 1 }
            var run = Run()
            var block = index
            while block < blocks.count, let part = blocks[block].range.intersection(window.range) {
                let top = window.y(UInt128(part.start.rawValue))
                let bottom = window.y(UInt128(part.last.rawValue) + 1)
                if bottom - top >= Self.least {
                    run.end(&marks)
                    marks.append(Mark(blocks: block...block, category: blocks[block].category, top: top, bottom: bottom))
                } else {
                    run.add(block, blocks[block].category, part.size, top, bottom)
                    if run.height >= Self.least { run.end(&marks) }
                }
                block += 1
            }
            run.end(&marks)
        }
    }

    /// Neighbours that are too low to be drawn each for itself.
    private struct Run {
        private var blocks: ClosedRange<Int>?
        private var top = 0.0
        private var bottom = 0.0
        private var bytes = [UInt128](repeating: 0, count: MemoryCategory.allCases.count)

        var height: Double { bottom - top }

        mutating func add(_ block: Int, _ category: MemoryCategory, _ size: UInt128, _ top: Double, _ bottom: Double) {
            if let first = blocks?.lowerBound {
                blocks = first...block
            } else {
                blocks = block...block
                self.top = top
            }
            self.bottom = bottom
            bytes[Int(category.rawValue)] += size
        }

        mutating func end(_ marks: inout [Mark]) {
            guard let blocks else { return }
            var winner = MemoryCategory.usable
            for category in MemoryCategory.allCases where bytes[Int(category.rawValue)] > bytes[Int(winner.rawValue)] {
                winner = category
            }
            marks.append(Mark(blocks: blocks, category: winner, top: top, bottom: bottom))
            self = Run()
        }
    }
}
