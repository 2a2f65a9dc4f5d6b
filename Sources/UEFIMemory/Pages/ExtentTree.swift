import MemoryMap

/// All extents in the order of their addresses: a list, and over it a height-balanced tree (AVL) in which every subtree knows the
/// largest run of free pages in it.
///
/// Searches by address and by size take O(log n) steps, and so do changes. A new extent finds its place in the tree by its neighbour
/// in the list.
struct ExtentTree: ~Copyable {
    var root: Extent?
    /// The extent with the lowest address.
    var first: Extent?
    /// How many there are, now and at most.
    private(set) var count = 0
    private(set) var peak = 0

    /// The pages of a granule of runtime allocations, less one.
    let granuleMask: UInt64

    init(granule: UInt64) { granuleMask = granule - 1 }

    /// Puts an extent behind another one, or in front of all.
    mutating func insert(_ extent: Extent, after previous: Extent?) {
        let next = if let previous { previous.next } else { first }
        extent.previous = previous
        extent.next = next
        if let previous { previous.next = extent } else { first = extent }
        next?.previous = extent
        extent.left = nil
        extent.right = nil
        // Of two neighbours in the list, one is below the other in the tree and has no child on this side.
        if let previous, previous.right == nil {
            previous.right = extent
            extent.parent = previous
        } else if let next {
            next.left = extent
            extent.parent = next
        } else {
            root = extent
            extent.parent = nil
        }
        count += 1
        peak = max(peak, count)
        update(extent)
        retrace(extent.parent)
    }

    /// Takes an extent out.
    mutating func remove(_ extent: Extent) {
        let (previous, next) = (extent.previous, extent.next)
        if let previous { previous.next = next } else { first = next }
        next?.previous = previous
        count -= 1
        if let left = extent.left, let right = extent.right, let heir = next {
            // The next extent is the leftmost one below to the right; it takes the place.
            let start: Extent
            if heir == right {
                start = heir
            } else {
                guard let parent = heir.parent else { preconditionFailure("the next extent lies below") }
                start = parent
                parent.left = heir.right
                heir.right?.parent = parent
                heir.right = right
                right.parent = heir
            }
            heir.left = left
            left.parent = heir
            heir.height = extent.height
            replace(extent, below: extent.parent, by: heir)
            retrace(start, through: heir)
        } else {
            let parent = extent.parent
            replace(extent, below: parent, by: extent.left ?? extent.right)
            retrace(parent)
        }
    }

    /// Brings the tree up to date after a change of an extent's pages or kind.
    mutating func refresh(_ extent: Extent) { retrace(extent) }

    /// Puts the handle of a record that was moved in place of the old one.
    mutating func relink(_ old: Extent, to new: Extent) {
        if let previous = new.previous { previous.next = new } else { first = new }
        new.next?.previous = new
        new.left?.parent = new
        new.right?.parent = new
        if let parent = new.parent {
            if parent.left == old { parent.left = new } else { parent.right = new }
        } else {
            root = new
        }
    }

    private mutating func replace(_ extent: Extent, below parent: Extent?, by heir: Extent?) {
        heir?.parent = parent
        guard let parent else {
            root = heir
            return
        }
        if parent.left == extent { parent.left = heir } else { parent.right = heir }
    }

    /// Balances and updates from an extent upwards, until nothing changes any more.
    ///
    /// - Parameter mandatory: an extent on the way that is updated in any case.
    private mutating func retrace(_ extent: Extent?, through mandatory: Extent? = nil) {
        var current = extent
        var mandatory = mandatory
        while let extent = current {
            let (height, free) = (extent.height, extent.largestFree)
            let (aligned, unaccepted) = (extent.largestAligned, extent.largestUnaccepted)
            let top = balance(extent)
            if mandatory == extent { mandatory = nil }
            if mandatory == nil, top.height == height, top.largestFree == free, top.largestAligned == aligned,
                top.largestUnaccepted == unaccepted
            {
                return
            }
            current = top.parent
        }
    }

    /// Makes a subtree whose halves differ in height by two at most one that differs by one.
    ///
    /// - Returns: The subtree's root.
    private mutating func balance(_ extent: Extent) -> Extent {
        let left = extent.left?.height ?? 0
        let right = extent.right?.height ?? 0
        if left > right + 1, let child = extent.left {
            if (child.left?.height ?? 0) < (child.right?.height ?? 0) { _ = rotateLeft(child) }
            return rotateRight(extent)
        }
        if right > left + 1, let child = extent.right {
            if (child.right?.height ?? 0) < (child.left?.height ?? 0) { _ = rotateRight(child) }
            return rotateLeft(extent)
        }
        update(extent)
        return extent
    }

    private mutating func rotateLeft(_ extent: Extent) -> Extent {
        guard let child = extent.right else { preconditionFailure("there is a right half") }
        extent.right = child.left
        child.left?.parent = extent
        replace(extent, below: extent.parent, by: child)
        child.left = extent
        extent.parent = child
        update(extent)
        update(child)
        return child
    }

    private mutating func rotateRight(_ extent: Extent) -> Extent {
        guard let child = extent.left else { preconditionFailure("there is a left half") }
        extent.left = child.right
        child.right?.parent = extent
        replace(extent, below: extent.parent, by: child)
        child.right = extent
        extent.parent = child
        update(extent)
        update(child)
        return child
    }

    /// Sums up the two halves below an extent and the extent itself.
    private func update(_ extent: Extent) {
        var height: UInt8 = 0
        var (free, aligned, unaccepted) = own(extent)
        if let left = extent.left {
            height = left.height
            free = max(free, left.largestFree)
            aligned = max(aligned, left.largestAligned)
            unaccepted = max(unaccepted, left.largestUnaccepted)
        }
        if let right = extent.right {
            height = max(height, right.height)
            free = max(free, right.largestFree)
            aligned = max(aligned, right.largestAligned)
            unaccepted = max(unaccepted, right.largestUnaccepted)
        }
        extent.height = height + 1
        extent.largestFree = free
        extent.largestAligned = aligned
        extent.largestUnaccepted = unaccepted
    }
}
