import MemoryMap

// The changes that all services are made of. Each keeps the tree, the key of the map and the counts right; none can fail, so that
// a call checks first and changes then.

extension MemoryServices {
    /// What free pages of a bin look like in the map.
    func freeType(inBin bin: Int) -> MemoryType { bin == 0 ? .conventional : bins[bin - 1].type }

    /// Makes an extent out of a part of another one. What is left before and behind it stays what it was.
    ///
    /// - Precondition: there are records for what is left: two at most.
    mutating func carve(
        _ extent: Extent, _ start: UInt64, _ count: UInt64, _ kind: ExtentKind, _ type: MemoryType
    ) -> Extent {
        let end = extent.end
        if extent.type != type { changeMap() }
        note(from: extent.kind, extent.type, to: kind, type, count)
        guard extent.pages > count else {
            extent.kind = kind
            extent.type = type
            tree.refresh(extent)
            return extent
        }
        let carved = makeExtent(start, count, kind, type, like: extent)
        if start == extent.start {
            extent.start = start + count
            extent.pages -= count
            tree.refresh(extent)
            tree.insert(carved, after: extent.previous)
            return carved
        }
        extent.pages = start - extent.start
        tree.refresh(extent)
        tree.insert(carved, after: extent)
        if start + count < end {
            tree.insert(makeExtent(start + count, end - start - count, extent.kind, extent.type, like: extent), after: carved)
        }
        return carved
    }

    /// Makes an extent another thing in the whole, without regard to the neighbours; the tree learns of it by ``coalesce(_:)``.
    mutating func turn(_ extent: Extent, into kind: ExtentKind, _ type: MemoryType) {
        if extent.type != type { changeMap() }
        note(from: extent.kind, extent.type, to: kind, type, extent.pages)
        extent.kind = kind
        extent.type = type
    }

    /// Joins a free or idle extent with its neighbours, where they are the same.
    ///
    /// Idle neighbours must be in no list; see ``giveRun(_:_:)``.
    ///
    /// - Returns: The extent that has the pages now.
    @discardableResult
    mutating func coalesce(_ extent: Extent) -> Extent {
        var extent = extent
        if let previous = extent.previous, previous.touches(extent), previous.type == extent.type {
            previous.pages += extent.pages
            tree.remove(extent)
            records.putBack(extent)
            extent = previous
        }
        if let next = extent.next, extent.touches(next), next.type == extent.type {
            extent.pages += next.pages
            tree.remove(next)
            records.putBack(next)
        }
        tree.refresh(extent)
        return extent
    }

    /// Gives a part of an extent back to free memory.
    ///
    /// - Precondition: there are records for what is left: two at most.
    mutating func free(_ extent: Extent, _ start: UInt64, _ count: UInt64) {
        let type = freeType(inBin: extent.bin)
        if count == extent.pages {
            turn(extent, into: .free, type)
            coalesce(extent)
        } else {
            coalesce(carve(extent, start, count, .free, type))
        }
    }

    /// Whether pages of this kind are in somebody's use.
    private func isOccupied(_ kind: ExtentKind) -> Bool { kind != .free && kind != .unaccepted && kind != .fixed }

    /// A record for an extent of the same memory as another one.
    private mutating func makeExtent(
        _ start: UInt64, _ count: UInt64, _ kind: ExtentKind, _ type: MemoryType, like model: Extent
    ) -> Extent {
        makeExtent(start, count, kind, type, model.attributes, bin: model.bin)
    }

    mutating func makeExtent(
        _ start: UInt64, _ count: UInt64, _ kind: ExtentKind, _ type: MemoryType, _ attributes: MemoryAttributes, bin: Int
    ) -> Extent {
        guard let extent = records.take() else { preconditionFailure("records are kept in reserve") }
        extent.start = start
        extent.pages = count
        extent.kind = kind
        extent.bin = bin
        extent.type = type
        extent.attributes = attributes
        return extent
    }

    /// Counts pages that change hands.
    private mutating func note(
        from oldKind: ExtentKind, _ oldType: MemoryType, to kind: ExtentKind, _ type: MemoryType, _ count: UInt64
    ) {
        if isOccupied(oldKind) {
            occupiedPages -= count
            pools.unuse(oldType, count)
        }
        if isOccupied(kind) {
            occupiedPages += count
            peakOccupiedPages = max(peakOccupiedPages, occupiedPages)
            pools.use(type, count)
        }
    }
}
