import SeededRandom
import Testing

@testable import VirtualMemory

extension UInt8: RunValue {
    public init(word: UInt64) { self = UInt8(truncatingIfNeeded: word) }
    public var word: UInt64 { UInt64(self) }
}

/// Every address of a small space by itself: what a tree of runs has to agree with.
private struct RunModel {
    static let size = 4096
    static let granularity = 16
    var values: [UInt8?] = Array(repeating: nil, count: size)

    func isFree(_ range: Range<Int>) -> Bool { range.allSatisfy { values[$0] == nil } }

    func lowest(_ size: Int, _ low: Int, _ high: Int, _ alignment: Int) -> Int? {
        stride(from: 0, to: Self.size, by: alignment).first {
            $0 >= low && $0 + size <= min(high, Self.size) && isFree($0..<$0 + size)
        }
    }

    func highest(_ size: Int, _ low: Int, _ high: Int, _ alignment: Int) -> Int? {
        stride(from: 0, to: Self.size, by: alignment).reversed().first {
            $0 >= low && $0 + size <= min(high, Self.size) && isFree($0..<$0 + size)
        }
    }
}

@Suite struct RunTreeTests {
    /// A search remembers the leaf that it ended in, which may go since, or come again as a leaf elsewhere or as a branch.
    @Test func searchesAreRightWhateverTheyRemember() {
        var tree = RunTree<UInt8>()
        for run in 0..<600 as Range<UInt64> { tree.insert(start: run * 4, end: run * 4 + 2, value: 1) }
        // Some leaves go by being emptied, others by being joined, and branches go with them.
        tree.remove(from: 200, to: 1000)
        for run in stride(from: 1000, to: 2400, by: 8) as StrideTo<UInt64> { tree.remove(from: run, to: run + 4) }
        let runs: [UInt64] = (0..<50).map { $0 * 4 } + Array(stride(from: 1004, to: 2400, by: 8))
        #expect(tree.damage() == nil && tree.count == runs.count && tree.unused != RunTree<UInt8>.none)
        for node in 0..<tree.nodeCount {
            for address in stride(from: 0, to: 2500, by: 7) as StrideTo<UInt64> {
                tree.recentLeaf.value = UInt64(node)
                let found = tree.firstRun(endingAbove: address).map { tree.start($0) }
                let expected = runs.first { $0 + 2 > address }
                if found != expected { Issue.record("\(found ?? 0) at \(address) by node \(node)") }
            }
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func agreesWithAddressByAddressModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tree = RunTree<UInt8>(granularity: UInt64(RunModel.granularity))
        var model = RunModel()
        // Short runs make the tree deep; the phases grow and shrink it.
        for step in 0..<6000 {
            let isShrinking = step / 1000 % 2 == 1
            let start = random.below(RunModel.size)
            let end = min(start + 1 + random.below(random.oneIn(20) ? 600 : 5), RunModel.size)
            switch random.below(4) {
            case 0, 1, 2:
                if isShrinking {
                    tree.remove(from: UInt64(start), to: UInt64(end))
                    for address in start..<end { model.values[address] = nil }
                } else {
                    // Few values, so that neighbours are equal often.
                    let value = UInt8(random.below(seed.isMultiple(of: 2) ? 2 : 200))
                    tree.assign(from: UInt64(start), to: UInt64(end), value)
                    for address in start..<end { model.values[address] = value }
                }
            default:
                let size = 1 + random.below(40)
                let alignment = RunModel.granularity << random.below(3)
                let low = random.below(RunModel.size)
                let high = low + random.below(RunModel.size)
                let request = GapRequest(
                    size: UInt64(size), low: UInt64(low), high: UInt64(min(high, RunModel.size)), alignment: UInt64(alignment))
                #expect(tree.lowestGap(request).map(Int.init) == model.lowest(size, low, high, alignment), "step \(step)")
                #expect(tree.highestGap(request).map(Int.init) == model.highest(size, low, high, alignment), "step \(step)")
            }
            if step % 50 == 0 {
                #expect(tree.damage().map { "\($0)" } == nil, "step \(step)")
                var cursor = tree.first
                while let here = cursor {
                    cursor = tree.next(here)
                    guard let after = cursor, tree.end(here) == tree.start(after) else { continue }
                    if tree.value(here) == tree.value(after) { Issue.record("step \(step): equal neighbours are not one run") }
                }
                for address in 0..<RunModel.size {
                    let found = tree.run(at: UInt64(address)).map { tree.value($0) }
                    if found != model.values[address] { Issue.record("step \(step): \(address)") }
                }
            }
        }
    }

    @Test func growsInOrderWithFullNodes() {
        for isUp in [true, false] {
            var tree = RunTree<UInt8>()
            for index in 0..<32_000 as Range<UInt64> {
                let place = (isUp ? index : 32_000 - index) * 2
                tree.insert(start: place, end: place + 1, value: 1)
            }
            #expect(tree.count == 32_000)
            #expect(tree.damage().map { "\($0)" } == nil)
            #expect(tree.nodeCount < 1200)
        }
    }

    @Test func emptiesAndFillsAgain() {
        var tree = RunTree<UInt8>()
        for round in 0..<3 {
            for index in 0..<5000 as Range<UInt64> { tree.insert(start: index * 3, end: index * 3 + 2, value: UInt8(round)) }
            #expect(tree.damage().map { "\($0)" } == nil)
            tree.remove(from: 0, to: 20_000)
            #expect(tree.count == 0)
            #expect(tree.first == nil && tree.last == nil)
            #expect(tree.damage().map { "\($0)" } == nil)
        }
    }
}
