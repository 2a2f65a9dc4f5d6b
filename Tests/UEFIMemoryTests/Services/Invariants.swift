import MemoryMap

@testable import UEFIMemory

extension MemoryServices {
    /// The first thing that is not as it has to be, or nil.
    func brokenInvariant() -> String? {
        var (count, occupied, pagesOfClients, bookkeeping) = (0, UInt64(0), UInt64(0), UInt64(0))
        var (blocks, bytes) = (UInt64(0), UInt64(0))
        var previous: Extent?
        var current = tree.first
        var idle: [UInt32: UInt64] = [:]
        var used: [UInt32: UInt64] = [:]
        while let extent = current {
            count += 1
            if extent.pages == 0 { return "an extent without pages at \(extent.start)" }
            if extent.previous != previous { return "the list is broken at \(extent.start)" }
            if let previous {
                if previous.end > extent.start { return "extents overlap at \(extent.start)" }
                if previous.touches(extent), previous.type == extent.type, extent.kind == .free || extent.kind == .idle {
                    return "neighbours that are not joined at \(extent.start)"
                }
            }
            switch extent.kind {
            case .free:
                if extent.type != freeType(inBin: extent.bin) { return "free memory of the wrong type at \(extent.start)" }
            case .pages: pagesOfClients += extent.pages
            case .bookkeeping: bookkeeping += extent.pages
            case .idle: idle[extent.type.rawValue, default: 0] += extent.pages
            case .slab:
                used[extent.type.rawValue, default: 0] += extent.pages
                let capacity = extent.blockClass.capacity(ofPages: extent.pages)
                let free = extent.freeBlocks.0.nonzeroBitCount + extent.freeBlocks.1.nonzeroBitCount
                if UInt64(free) + UInt64(extent.usedBlocks) != capacity { return "blocks are lost at \(extent.start)" }
                blocks += UInt64(extent.usedBlocks)
                bytes += UInt64(extent.usedBlocks) * extent.blockClass.byteCount
                if extent.usedBlocks == 0, pools.pool(of: extent.type)?.spare != extent {
                    return "an empty run at \(extent.start)"
                }
            case .block:
                used[extent.type.rawValue, default: 0] += extent.pages
                blocks += 1
                bytes += extent.pages << 12
            case .fixed, .unaccepted: break
            case .none: return "an unused record in the list"
            }
            if extent.kind != .free, extent.kind != .fixed, extent.kind != .unaccepted { occupied += extent.pages }
            previous = extent
            current = extent.next
        }
        if count != tree.count { return "\(count) extents are counted as \(tree.count)" }
        if occupied != occupiedPages { return "occupied pages: \(occupied), not \(occupiedPages)" }
        if pagesOfClients != livePages { return "allocated pages: \(pagesOfClients), not \(livePages)" }
        if bookkeeping != bookkeepingPages { return "pages of records: \(bookkeeping), not \(bookkeepingPages)" }
        if blocks != liveBlocks { return "buffers: \(blocks), not \(liveBlocks)" }
        if bytes != livePoolBytes { return "bytes of pool: \(bytes), not \(livePoolBytes)" }
        if records.unusedCount + count != records.pageCount * RecordPages.recordsPerPage { return "records are lost" }
        for (type, pages) in idle {
            guard let pool = pools.pool(of: MemoryType(type)), pool.idlePages == pages else {
                return "idle pages of type \(type)"
            }
        }
        for (type, pages) in used {
            guard let pool = pools.pool(of: MemoryType(type)) else { return "no pool of type \(type)" }
            let own = MemoryType(type) == .bootServicesData ? bookkeeping - MemoryServices.firstPages : 0
            if pool.usedPages != pages + own { return "pages of the pool of type \(type)" }
        }
        if mapKey == 0 { return "a key of 0" }
        if let root = tree.root, root.parent != nil { return "the root has a parent" }
        return brokenSubtree(tree.root)
    }

    private func brokenSubtree(_ top: Extent?) -> String? {
        guard let top else { return nil }
        let (left, right) = (top.left, top.right)
        let heights = (left?.height ?? 0, right?.height ?? 0)
        if max(heights.0, heights.1) + 1 != top.height { return "the height at \(top.start)" }
        if max(heights.0, heights.1) - min(heights.0, heights.1) > 1 { return "no balance at \(top.start)" }
        if let left, left.parent != top || left.start >= top.start { return "the left half at \(top.start)" }
        if let right, right.parent != top || right.start <= top.start { return "the right half at \(top.start)" }
        let free = max(tree.largest(.free, top), left?.largestFree ?? 0, right?.largestFree ?? 0)
        let aligned = max(tree.largest(.aligned, top), left?.largestAligned ?? 0, right?.largestAligned ?? 0)
        let unaccepted = max(tree.largest(.unaccepted, top), left?.largestUnaccepted ?? 0, right?.largestUnaccepted ?? 0)
        if free != top.largestFree || aligned != top.largestAligned || unaccepted != top.largestUnaccepted {
            return "the largest run at \(top.start)"
        }
        return brokenSubtree(left) ?? brokenSubtree(right)
    }
}
