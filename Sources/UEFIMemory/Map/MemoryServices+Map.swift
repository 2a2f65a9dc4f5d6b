public import MemoryMap

extension MemoryServices {
    /// Hands out the regions of the memory map: in the order of their addresses, and merged where neighbours are the same.
    ///
    /// - Complexity: O(*n*) for *n* extents.
    public func forEachRegion(_ body: (MemoryDescriptor) -> Void) {
        var current = tree.first
        while let first = current {
            var last = first
            while let next = last.next, last.looksLike(next) { last = next }
            body(descriptor(first, through: last))
            current = last.next
        }
    }

    private func descriptor(_ first: Extent, through last: Extent) -> MemoryDescriptor {
        MemoryDescriptor(
            type: first.type, start: PhysicalAddress(first.start * PageCount.pageSize), pages: PageCount(last.end - first.start),
            attributes: first.shownAttributes)
    }

    /// The rows of the memory map.
    ///
    /// - Complexity: O(*n*) for *n* extents.
    public var descriptorCount: Int {
        var count = 0
        var current = tree.first
        while let extent = current {
            let next = extent.next
            if next.map({ extent.looksLike($0) }) != true { count += 1 }
            current = next
        }
        return count
    }

    /// `GetMemoryMap`: writes the map as an array of descriptors, ``descriptorSize`` bytes from one to the next.
    ///
    /// The key of what was written is ``mapKey``; the version of the descriptors is `MemoryDescriptor.Layout.version`.
    ///
    /// - Returns: The bytes written.
    /// - Throws: `.bufferTooSmall` with the bytes that the map needs exactly; nothing is written then. `.unsupported` once boot services
    ///   have ended.
    /// - Complexity: O(*n*) for *n* extents.
    public func memoryMap(into bytes: inout MutableRawSpan) throws(MemoryMapReadingError) -> Int {
        guard phase != .ended else { throw .unsupported }
        // More extents than rows are no reason to refuse, but one to count.
        if bytes.byteCount / Self.descriptorSize < tree.count {
            let needed = descriptorCount * Self.descriptorSize
            guard bytes.byteCount >= needed else { throw .bufferTooSmall(needed: needed) }
        }
        return unsafe bytes.withUnsafeMutableBytes { unsafe writeRows(into: $0) }
    }

    /// Writes every row as six words, the last one of which has no meaning.
    ///
    /// - Precondition: the rows fit; their number was compared.
    private func writeRows(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        guard var row = bytes.baseAddress else { return 0 }
        var count = 0
        var current = tree.first
        while let first = current {
            var end = first.end
            let (type, attributes) = (first.type, first.attributes)
            var next = first.next
            while let following = next, following.start == end, following.type == type, following.attributes == attributes {
                end = following.end
                next = following.next
            }
            let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
                UInt64(type.rawValue).littleEndian, (first.start * PageCount.pageSize).littleEndian, 0,
                (end - first.start).littleEndian, first.shownAttributes.rawValue.littleEndian, 0
            )
            unsafe row.storeBytes(of: words, as: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64).self)
            unsafe row += Self.descriptorSize
            count += 1
            current = next
        }
        return count * Self.descriptorSize
    }
}

extension Extent {
    /// The attributes that the map shows.
    fileprivate var shownAttributes: MemoryAttributes {
        MemoryAttributes(rawValue: attributes.rawValue | (type.isMappedAtRuntime ? 1 << 63 : 0))
    }
}
