public import MemoryMap

/// A part of a region of memory, with what the host puts behind it.
public struct MemoryPiece: Hashable, Sendable {
    public var region: GuestRegion

    /// The number of the mapped file behind it; nil for memory of the host.
    public var file: UInt8?
}

extension LayoutPlan {
    /// The regions of memory cut where files of the host stand behind a part; pieces keep their region's purpose.
    ///
    /// - Throws: `.outsideMemory` for a file that is not all in one region, `.overlap` for two that share addresses.
    /// - Complexity: O(*n* · *m*) for *n* regions and *m* files; allocates the pieces.
    public func memoryPieces() throws(LayoutProblem) -> [MemoryPiece] {
        let map = OwnerMap(self)
        var pieces: [MemoryPiece] = []
        for index in regions.indices {
            let region = regions[index]
            var next = region.start.rawValue
            func piece(_ start: UInt64, _ last: UInt64, _ file: UInt8?) -> MemoryPiece {
                let part = GuestRegion(start: PhysicalAddress(start), byteCount: last - start + 1, purpose: region.purpose)
                return MemoryPiece(region: part, file: file)
            }
            for number in map.contents.indices where map.contents[number].owner.kind == .memoryFile {
                let file = map.contents[number]
                guard region.start <= file.last, file.start <= region.last else { continue }
                guard region.start <= file.start, file.last <= region.last else {
                    throw .outsideMemory(file, nearest: LayoutRange(region.range, LayoutOwner(region.purpose.owner)))
                }
                guard next <= file.start.rawValue else { throw .overlap(pieces.last?.range(file) ?? file, file) }
                if next < file.start.rawValue { pieces.append(piece(next, file.start.rawValue - 1, nil)) }
                pieces.append(piece(file.start.rawValue, file.last.rawValue, file.owner.index))
                // The last byte of a region below 2^52.
                next = file.last.rawValue + 1
            }
            if next <= region.last.rawValue { pieces.append(piece(next, region.last.rawValue, nil)) }
        }
        return pieces
    }
}

extension MemoryPiece {
    /// The piece as a range of the same kind as `other`.
    fileprivate func range(_ other: LayoutRange) -> LayoutRange {
        LayoutRange(region.range, LayoutOwner(other.owner.kind, file ?? other.owner.index))
    }
}

extension GuestRegion {
    /// The addresses of the piece.
    public var range: PhysicalRange { PhysicalRange(from: start.rawValue, to: last.rawValue) }
}

/// Memory that is put around ranges which are taken.
public enum MemorySplit {
    /// The lowest pieces at `lowest` and above that make `byteCount` bytes together and share no address with `taken`.
    ///
    /// - Parameters:
    ///   - taken: Ranges in any order.
    ///   - alignment: A power of two that starts and sizes are multiples of; the last piece is rounded up.
    /// - Returns: The pieces in ascending order, or nil where the addresses up to `highest` do not suffice.
    /// - Complexity: O(*n* log *n*) for *n* ranges; allocates the pieces and a copy of the ranges.
    public static func pieces(
        of byteCount: UInt64, avoiding taken: [PhysicalRange], alignment: UInt64 = 4096,
        lowest: PhysicalAddress = PhysicalAddress(0),
        highest: PhysicalAddress = PhysicalAddress(.max)
    ) -> [PhysicalRange]? {
        guard alignment.nonzeroBitCount == 1, byteCount > 0 else { return nil }
        var pieces: [PhysicalRange] = []
        var left = byteCount
        var next: PhysicalAddress? = lowest
        let sorted = taken.sorted { $0.start < $1.start }
        for index in 0...sorted.count {
            guard let start = next?.alignedUp(to: alignment) else { return nil }
            let isEnd = index == sorted.count
            if !isEnd, sorted[index].start <= start {
                if sorted[index].last >= start { next = sorted[index].last.advanced(by: 1) }
                continue
            }
            // Up to the range, or to the end of the addresses.
            let last = isEnd ? highest : min(highest, PhysicalAddress(sorted[index].start.rawValue - 1))
            if start <= last {
                let room = last.rawValue - start.rawValue
                let usable = (room.addingReportingOverflow(1).overflow ? .max : room + 1) & ~(alignment - 1)
                if let range = PhysicalRange(start: start, byteCount: min(usable, roundedUp(left, alignment))) {
                    pieces.append(range)
                    left -= min(left, range.byteCount ?? left)
                    if left == 0 { return pieces }
                }
            }
            next = isEnd ? nil : sorted[index].last.advanced(by: 1)
        }
        return nil
    }

    private static func roundedUp(_ count: UInt64, _ alignment: UInt64) -> UInt64 {
        PhysicalAddress(count).alignedUp(to: alignment)?.rawValue ?? ~(alignment - 1)
    }
}
