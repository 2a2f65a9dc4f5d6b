import MemoryMap

/// Where an address is mapped to, and how.
public struct Translation: Hashable, Sendable {
    /// The physical address of the very byte.
    public let physicalAddress: PhysicalAddress

    /// The attributes as they take effect, with what the tables above the leaf take away.
    public let attributes: PageAttributes

    /// The size of the leaf.
    public let size: PageSize

    @inlinable
    public init(physicalAddress: PhysicalAddress, attributes: PageAttributes, size: PageSize) {
        self.physicalAddress = physicalAddress
        self.attributes = attributes
        self.size = size
    }
}

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Where `address` is mapped to, or nil where it is not.
    ///
    /// - Throws: `untranslatable`, `corruptEntry`, `unusableRoot`.
    /// - Complexity: O(1), at most four loads.
    public func translate(_ address: VirtualAddress) throws(PagingError) -> Translation? {
        guard Format.canTranslate(address) else { throw .untranslatable(address) }
        var position = rootPosition
        while true {
            let entryAddress = position.entryAddress(for: address.rawValue)
            let entry = try load(entryAddress, of: position)
            switch format.classify(entry, at: position.level) {
            case .empty:
                return nil
            case .leaf(let start):
                guard let size = position.level.leafSize else { return nil }
                return Translation(
                    physicalAddress: PhysicalAddress(start.rawValue | address.rawValue & (size.byteCount - 1)),
                    attributes: format.attributes(ofLeaf: entry, at: position.level, under: position.restrictions),
                    size: size)
            case .table(let table, let restrictions):
                position = try position.descending(to: table, through: entryAddress, restrictions: restrictions)
            case .reserved:
                throw .corruptEntry(entryAddress, .reservedBits)
            }
        }
    }
}
