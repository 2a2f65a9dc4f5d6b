import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("Runs of attributes")
struct AttributeRunsTests {
    /// The attributes of the first pages of the address space, one by one.
    private struct Model {
        var pages: [MemoryAttributes]

        /// How many changes there are from one page to the next; page 0 follows unrestricted ones.
        var changes: Int {
            var (previous, count): (MemoryAttributes, Int) = ([], 0)
            for page in pages + [[]] {
                if page != previous { count += 1 }
                previous = page
            }
            return count
        }
    }

    private static let attributes: [MemoryAttributes] = [
        .readProtected, .executeProtected, .readOnly, [.readOnly, .executeProtected],
        [.readProtected, .executeProtected, .readOnly],
    ]

    private func range(_ pages: Range<Int>, shift: UInt64 = 0) throws -> PhysicalRange {
        try #require(
            PhysicalRange(start: PhysicalAddress((UInt64(pages.lowerBound) + shift) << 12), pages: PageCount(UInt64(pages.count)))
        )
    }

    /// - Parameter shift: the first page of the model: from 0 on, and up to the end of the address space.
    @Test(arguments: [0, 77, (1 << 52) - 64] as [UInt64], [3, 10, 64])
    func `random changes give what a page-by-page model gives`(shift: UInt64, capacity: Int) throws {
        let pageCount = 64
        var random = SeededGenerator(seed: shift &+ UInt64(capacity))
        var runs = AttributeRuns(capacity: capacity)
        var model = Model(pages: Array(repeating: [], count: pageCount))
        let isAtEnd = shift + UInt64(pageCount) == 1 << 52
        var refusals = 0
        for _ in 0..<1500 {
            let start = random.below(pageCount)
            let count = 1 + random.below(random.oneIn(4) ? pageCount - start : min(6, pageCount - start))
            let pages = start..<start + count
            let attributes = random.pick(Self.attributes)
            var changed = model
            let isSet = random.chance(55)
            for page in pages {
                changed.pages[page] = isSet ? changed.pages[page].union(attributes) : changed.pages[page].subtracting(attributes)
            }
            // At the end of the address space no page follows the last one.
            let changes = changed.changes - (isAtEnd && changed.pages[pageCount - 1] != [] ? 1 : 0)
            let isDone =
                try isSet
                ? runs.set(attributes, on: range(pages, shift: shift)) : runs.clear(attributes, on: range(pages, shift: shift))
            #expect(isDone == (changes <= capacity))
            if isDone { model = changed } else { refusals += 1 }
            let count0 = runs.count
            #expect(count0 == model.changes - (isAtEnd && model.pages[pageCount - 1] != [] ? 1 : 0))
            check(runs, model, shift, &random)
        }
        #expect((refusals > 0) == (capacity < 64))
    }

    private func check(_ runs: borrowing AttributeRuns, _ model: Model, _ shift: UInt64, _ random: inout SeededGenerator) {
        for page in model.pages.indices {
            let attributes = runs.attributes(ofPage: UInt64(page) + shift)
            #expect(attributes == model.pages[page])
        }
        let start = random.below(model.pages.count)
        let pages = start..<start + 1 + random.below(model.pages.count - start)
        guard let range = try? range(pages, shift: shift) else { return }
        let first = model.pages[start]
        let uniform = runs.uniformAttributes(of: range)
        #expect(uniform == (model.pages[pages].allSatisfy { $0 == first } ? first : nil))
        var seen: [MemoryAttributes] = []
        var previous: MemoryAttributes?
        runs.forEachRun(in: range) { run, attributes in
            #expect(attributes != previous)
            #expect(run.start.rawValue == (UInt64(start + seen.count) + shift) << 12)
            previous = attributes
            seen += Array(repeating: attributes, count: Int(run.pages.rawValue))
        }
        #expect(seen == Array(model.pages[pages]))
        let isHeapOrdered = runs.isHeapOrdered
        #expect(isHeapOrdered)
    }

    @Test func `the whole address space is one range`() throws {
        var runs = AttributeRuns(capacity: 2)
        let all = try #require(PhysicalRange(start: PhysicalAddress(0), pages: .addressSpace))
        let isSet = runs.set(.readOnly, on: all)
        let uniform = runs.uniformAttributes(of: all)
        let count = runs.count
        #expect(isSet && uniform == .readOnly && count == 1)
        // Two more changes do not fit beside the one.
        let isCut = runs.clear(.readOnly, on: try range(5..<6))
        #expect(!isCut)
        let isCleared = runs.clear(.readOnly, on: all)
        let countAfter = runs.count
        #expect(isCleared && countAfter == 0)
    }

    @Test func `the tree stays shallow in rising order`() throws {
        var runs = AttributeRuns(capacity: 20_000)
        for index in 0..<10_000 {
            let isSet = runs.set(.readOnly, on: try range(2 * index..<2 * index + 1))
            #expect(isSet)
        }
        // A random binary tree of 20,000 nodes is about 35 deep; a list would be 20,000.
        let (count, depth) = (runs.count, runs.depth)
        #expect(count == 20_000 && depth < 60)
        let isSet = runs.set(.readOnly, on: try range(0..<20_000))
        let countAfter = runs.count
        #expect(isSet && countAfter == 2)
    }
}

extension AttributeRuns {
    fileprivate var depth: Int { depth(of: root) }

    private func depth(of index: Index) -> Int {
        index == Self.none ? 0 : 1 + max(depth(of: nodes[Int(index)].left), depth(of: nodes[Int(index)].right))
    }

    /// Whether nodes are ordered by page and by priority, and used and unused ones make all.
    fileprivate var isHeapOrdered: Bool {
        var free = 0
        var index = unused
        while index != Self.none {
            free += 1
            index = nodes[Int(index)].right
        }
        var pages: [UInt64] = []
        return isOrdered(root, .max, &pages) && pages.count == count && free + count == capacity + 2
            && zip(pages, pages.dropFirst()).allSatisfy { $0 < $1 }
    }

    private func isOrdered(_ index: Index, _ limit: UInt32, _ pages: inout [UInt64]) -> Bool {
        guard index != Self.none else { return true }
        let node = nodes[Int(index)]
        guard node.priority <= limit, isOrdered(node.left, node.priority, &pages) else { return false }
        pages.append(node.page)
        return isOrdered(node.right, node.priority, &pages)
    }
}
