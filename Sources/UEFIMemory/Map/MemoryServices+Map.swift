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
        let type = first.type
        // What an operating system has to map for the runtime services (UEFI 2.10, table 7-6).
        let isRuntime = type.isRuntimeServices || type == .palCode
        return MemoryDescriptor(
            type: type, start: PhysicalAddress(first.start * PageCount.pageSize), pages: PageCount(last.end - first.start),
            attributes: isRuntime ? first.attributes.union(.runtime) : first.attributes)
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
        var offset = 0
        var current = tree.first
        while let first = current {
            var last = first
            while let next = last.next, last.looksLike(next) { last = next }
            descriptor(first, through: last).encode(into: &bytes, at: offset)
            bytes.storeLittleEndian(UInt64(0), at: offset + MemoryDescriptor.Layout.byteCount)
            offset += Self.descriptorSize
            current = last.next
        }
        return offset
    }
}
