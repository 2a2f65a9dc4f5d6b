/// Numbers that are given away in ranges: addresses of a window, I/O ports, interrupts, functions of a bus.
///
///     var pool = try ResourcePool([0x1000...0xFFFF], alignment: 0x100)
///     try pool.allocate(0x110, for: .anonymous(0), tag: "bar0")    // 0x1000
///     try pool.allocate(0x100, for: .anonymous(1), tag: "bar1")    // 0x1200
///
/// No call changes anything when it fails.
public struct ResourcePool: Sendable {
    private var holes: HoleTree
    private var allocations = AllocationTable()
    private var stretches: [ClosedRange<UInt64>]

    /// What every start is a multiple of.
    public let alignment: UInt64

    /// What starts are multiples of as long as there is such a place.
    public let preferredAlignment: UInt64

    /// A pool of stretches that may come in any order.
    ///
    /// - Throws: `.emptyPool`, `.poolsOverlap`, `.badAlignment`.
    public init(
        _ stretches: [ClosedRange<UInt64>], alignment: UInt64 = 1, preferredAlignment: UInt64? = nil
    ) throws(ResourceError) {
        guard alignment.nonzeroBitCount == 1 else { throw .badAlignment(alignment) }
        let preferred = preferredAlignment ?? alignment
        guard preferred.nonzeroBitCount == 1 else { throw .badAlignment(preferred) }
        guard !stretches.isEmpty else { throw .emptyPool }
        self.alignment = alignment
        self.preferredAlignment = max(preferred, alignment)
        self.holes = HoleTree(alignment: alignment)
        self.stretches = []
        for stretch in stretches { try add(stretch) }
    }

    /// Makes a pool larger.
    ///
    /// - Throws: `.poolsOverlap`.
    public mutating func add(_ stretch: ClosedRange<UInt64>) throws(ResourceError) {
        for other in stretches where other.overlaps(stretch) {
            throw .poolsOverlap(start: max(other.lowerBound, stretch.lowerBound))
        }
        stretches.append(stretch)
        holes.add(stretch.lowerBound, stretch.upperBound)
    }

    /// The stretches that the pool was made of, given away or not.
    public var pools: [ClosedRange<UInt64>] { stretches }

    /// The number of ranges that are given away.
    public var allocationCount: Int { allocations.count }

    /// The free stretches from the lowest up.
    public var freeStretches: [ClosedRange<UInt64>] {
        var list: [ClosedRange<UInt64>] = []
        holes.forEach { list.append($0...$1) }
        return list
    }

    /// What a key was given.
    public subscript(key: AllocationKey) -> Allocation? { allocations[key] }

    func isSound() -> Bool { holes.isSound() }
}

extension ResourcePool {
    /// Gives the lowest place for `size` numbers to a key.
    ///
    /// - Parameters:
    ///   - alignment: A power of two that the start is a multiple of; the pool's own where that is larger.
    ///   - highest: The last number that may be given.
    ///   - reverse: Gives the highest place instead.
    /// - Returns: The first number.
    /// - Complexity: O(log *n*) for *n* free stretches; see `HoleTree.firstFit` for large alignments.
    @discardableResult
    public mutating func allocate(
        _ size: UInt64, for key: AllocationKey, tag: StaticName, alignment asked: UInt64 = 1, highest: UInt64 = .max,
        reverse: Bool = false
    ) throws(ResourceError) -> UInt64 {
        guard size > 0 else { throw .sizeZero }
        guard asked.nonzeroBitCount == 1 else { throw .badAlignment(asked) }
        if let existing = allocations[key] { throw .exists(existing) }
        let alignment = max(asked, alignment)
        var found = fit(size, alignment: max(alignment, preferredAlignment), highest: highest, reverse: reverse)
        if found == nil, preferredAlignment > alignment {
            found = fit(size, alignment: alignment, highest: highest, reverse: reverse)
        }
        guard let found else { throw .outOfSpace(size: size, largest: largestFree) }
        let last = found.start + (size - 1)
        holes.carve(found.node, from: found.start, to: last)
        allocations.insert(key, found.start, last, tag)
        return found.start
    }

    private func fit(_ size: UInt64, alignment: UInt64, highest: UInt64, reverse: Bool) -> (node: Int32, start: UInt64)? {
        reverse
            ? holes.lastFit(size, alignment: alignment, highest: highest)
            : holes.firstFit(size, alignment: alignment, highest: highest)
    }

    /// The size of the largest free stretch that starts at a multiple of the pool's alignment.
    public var largestFree: UInt64 { holes.nodes[Int(holes.root)].most }

    /// Gives a key the very range that it asks for.
    ///
    /// - Throws: `.taken` with whom a part of it belongs to, `.outsidePool`, `.exists`, `.badRange`.
    public mutating func allocate(
        at start: UInt64, through last: UInt64, for key: AllocationKey, tag: StaticName
    ) throws(ResourceError) {
        guard start <= last else { throw .badRange(start: start, last: last) }
        if let existing = allocations[key] { throw .exists(existing) }
        guard let node = holes.node(containing: start), holes.nodes[Int(node)].last >= last else {
            if let owner = allocations.overlapping(start, last) { throw .taken(owner) }
            throw .outsidePool(start: start, last: last)
        }
        holes.carve(node, from: start, to: last)
        allocations.insert(key, start, last, tag)
    }

    /// Takes a key's range back; free neighbours become one stretch.
    ///
    /// - Throws: `.unknown`.
    @discardableResult
    public mutating func release(_ key: AllocationKey) throws(ResourceError) -> ClosedRange<UInt64> {
        guard let range = allocations.remove(key) else { throw .unknown(key) }
        holes.add(range.start, range.last)
        return range.start...range.last
    }

    /// Takes back the range that holds a number.
    ///
    /// - Complexity: O(*n*) for *n* allocations, as they are kept by key.
    @discardableResult
    public mutating func release(containing number: UInt64) throws(ResourceError) -> ClosedRange<UInt64> {
        guard let owner = allocations.overlapping(number, number) else { throw .outsidePool(start: number, last: number) }
        return try release(owner.key)
    }

    /// The number `offset` further than the start of a key's range, where `size` numbers from it on lie in the range.
    ///
    /// - Throws: `.unknown`, `.outOfBounds`, `.sizeZero`.
    public func number(in key: AllocationKey, at offset: UInt64, size: UInt64) throws(ResourceError) -> UInt64 {
        guard let allocation = allocations[key] else { throw .unknown(key) }
        guard size > 0 else { throw .sizeZero }
        let length = allocation.last - allocation.start
        guard offset <= length, size - 1 <= length - offset else { throw .outOfBounds(allocation, offset: offset) }
        return allocation.start + offset
    }

    /// The lowest number that nobody has.
    var lowestFree: UInt64? { lowestFree(alignment: 1) }

    func lowestFree(alignment: UInt64) -> UInt64? { holes.firstFit(1, alignment: alignment)?.start }

    /// Who holds a number.
    public func owner(of number: UInt64) -> Allocation? { allocations.overlapping(number, number) }
}
