/// Where a gap is wanted.
struct GapRequest {
    /// The size in bytes, more than 0.
    var size: UInt64

    /// The first address that may be used.
    var low: UInt64

    /// The address after the last that may be used.
    var high: UInt64

    /// A power of two, the tree's granularity at least, whose multiple the result is.
    var alignment: UInt64

    /// The lowest place in a gap.
    func lowest(from gapStart: UInt64, to gapEnd: UInt64) -> UInt64? {
        let (sum, overflow) = max(gapStart, low).addingReportingOverflow(alignment - 1)
        guard !overflow else { return nil }
        let place = sum & ~(alignment - 1)
        let end = min(gapEnd, high)
        return place < end && end - place >= size ? place : nil
    }

    /// The highest place in a gap.
    func highest(from gapStart: UInt64, to gapEnd: UInt64) -> UInt64? {
        let end = min(gapEnd, high)
        guard end >= size else { return nil }
        let place = (end - size) & ~(alignment - 1)
        return place >= max(gapStart, low) ? place : nil
    }
}

extension RunTree {
    /// The lowest free place that a request can have.
    ///
    /// - Complexity: O(log *n*), and O(1) for each gap that is large enough but has no multiple of an alignment above the
    ///   granularity where it would be needed.
    func lowestGap(_ request: GapRequest) -> UInt64? {
        guard request.size > 0, request.low < request.high else { return nil }
        guard let first, let last else { return request.lowest(from: request.low, to: request.high) }
        if let place = request.lowest(from: 0, to: start(first)) { return place }
        if let place = lowestGap(request, in: root) { return place }
        return request.lowest(from: end(last), to: .max)
    }

    /// The highest free place that a request can have.
    ///
    /// - Complexity: as for the lowest.
    func highestGap(_ request: GapRequest) -> UInt64? {
        guard request.size > 0, request.low < request.high else { return nil }
        guard let first, let last else { return request.highest(from: request.low, to: request.high) }
        if let place = request.highest(from: end(last), to: .max) { return place }
        if let place = highestGap(request, in: root) { return place }
        return request.highest(from: 0, to: start(first))
    }

    private func lowestGap(_ request: GapRequest, in node: Int) -> UInt64? {
        let isInner = level(node) > 0
        // Whatever ends before the window begins has nothing in it; the gap after the floor may.
        for slot in max(floorSlot(request.low, in: node), 0)..<slotCount(node) {
            if start(node, slot) >= request.high { return nil }
            if isInner, gap(node, slot) >= request.size, end(node, slot) > request.low,
                let place = lowestGap(request, in: child(node, slot))
            {
                return place
            }
            if slot + 1 < slotCount(node), let place = request.lowest(from: end(node, slot), to: start(node, slot + 1)) {
                return place
            }
        }
        return nil
    }

    private func highestGap(_ request: GapRequest, in node: Int) -> UInt64? {
        let isInner = level(node) > 0
        var slot = floorSlot(request.high, in: node)
        if slot + 1 < slotCount(node) { slot += 1 }
        while slot >= 0 {
            if slot + 1 < slotCount(node), let place = request.highest(from: end(node, slot), to: start(node, slot + 1)) {
                return place
            }
            if end(node, slot) <= request.low { return nil }
            if isInner, gap(node, slot) >= request.size, start(node, slot) < request.high,
                let place = highestGap(request, in: child(node, slot))
            {
                return place
            }
            slot -= 1
        }
        return nil
    }
}
