import MemoryMap

/// Where the runtime regions are going to be: pieces of them with a virtual address each, in room that is allocated at the
/// beginning.
struct VirtualMapping {
    /// A piece of runtime memory whose virtual addresses follow each other as the physical ones do.
    struct Piece {
        var physical: PhysicalRange
        var virtualStart: VirtualAddress
    }

    let capacity: Int

    /// By physical address, disjoint.
    private(set) var pieces: [Piece] = []

    init(capacity: Int) {
        self.capacity = capacity
        pieces.reserveCapacity(capacity)
    }

    mutating func removeAll() { pieces.removeAll(keepingCapacity: true) }

    /// Adds a piece.
    ///
    /// - Returns: What is wrong with it, at `offset`, or nil.
    /// - Complexity: O(log *n*) where it lies above the others, else O(*n*); allocates nothing.
    mutating func insert(_ piece: Piece, offset: Int) -> VirtualMapFault? {
        let index = firstIndex { $0.physical.last >= piece.physical.start }
        if index < pieces.count, pieces[index].physical.overlaps(piece.physical) {
            return .overlap(offset: offset, at: max(pieces[index].physical.start, piece.physical.start))
        }
        if index > 0, let joined = pieces[index - 1].joined(with: piece) {
            pieces[index - 1] = joined
            return nil
        }
        if index < pieces.count, let joined = piece.joined(with: pieces[index]) {
            pieces[index] = joined
            return nil
        }
        guard pieces.count < capacity else { return .tooManyPieces }
        pieces.insert(piece, at: index)
        return nil
    }

    /// The first stretch of `range` without a virtual address, or nil.
    ///
    /// - Complexity: O(log *n* + *k*) for *k* pieces in the range.
    func hole(in range: PhysicalRange) -> PhysicalRange? {
        var index = firstIndex { $0.physical.last >= range.start }
        var next = range.start
        while index < pieces.count, pieces[index].physical.start <= next {
            guard let end = pieces[index].physical.end, end <= range.last else { return nil }
            next = end
            index += 1
        }
        // The piece that follows starts above `next`, so not at 0.
        let last = index < pieces.count ? min(range.last, PhysicalAddress(pieces[index].physical.start.rawValue - 1)) : range.last
        return PhysicalRange(start: next, last: last)
    }

    /// The piece that holds all of `range`, or nil.
    ///
    /// - Complexity: O(log *n*).
    func piece(containing range: PhysicalRange) -> Piece? {
        let index = firstIndex { $0.physical.last >= range.start }
        return index < pieces.count && pieces[index].physical.contains(range) ? pieces[index] : nil
    }

    private func firstIndex(where predicate: (Piece) -> Bool) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(pieces[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension VirtualMapping.Piece {
    /// The virtual addresses; they were found to be below 2^64 when the row was checked.
    var virtual: VirtualRange? { VirtualRange(start: virtualStart, pages: physical.pages) }

    /// The virtual address of an address in the piece.
    func virtualAddress(of address: PhysicalAddress) -> VirtualAddress? {
        physical.start.distance(to: address).flatMap(virtualStart.advanced(by:))
    }

    /// One piece for this one and the `next`, or nil where physical or virtual addresses do not follow each other.
    func joined(with next: Self) -> Self? {
        guard let physicalEnd = physical.end, physicalEnd == next.physical.start, let virtualEnd = virtual?.end,
            virtualEnd == next.virtualStart, let union = PhysicalRange(start: physical.start, last: next.physical.last)
        else { return nil }
        return Self(physical: union, virtualStart: virtualStart)
    }
}
