import MemoryMap

/// Writes `EFI_MEMORY_ATTRIBUTES_TABLE`, which `MemoryAttributesTable` reads.
///
/// UEFI 2.10, section 4.6.4: a header of 16 bytes with version, number of entries, size of an entry and flags; then the entries.
public struct MemoryAttributesTableEncoding: Hashable, Sendable {
    /// The version of the table: 2 tells by a flag whether forward control-flow guard is supported.
    public enum Version: Hashable, Sendable {
        case one
        case two(supportsForwardControlFlowGuard: Bool)
    }

    public var version: Version

    /// The distance from one entry to the next in bytes.
    public var descriptorSize: Int

    /// - Parameter descriptorSize: from 40 to 4096, a multiple of 8; that of the memory map.
    public init(_ version: Version, descriptorSize: Int = 48) {
        precondition((40...4096).contains(descriptorSize) && descriptorSize % 8 == 0, "a descriptor size")
        self.version = version
        self.descriptorSize = descriptorSize
    }

    /// The bytes that a table of `count` entries takes.
    public func byteCount(entries count: Int) -> Int { MemoryAttributesTable.headerByteCount + count * descriptorSize }

    /// Writes the table, what longer entries have after their fields as zeroes.
    ///
    /// - Returns: The bytes written, or nil where they do not fit; nothing is written then.
    /// - Complexity: O(*n*) for *n* entries; allocates nothing.
    public func encode(_ division: RuntimeDivision, into bytes: inout MutableRawSpan) -> Int? {
        let count = division.entries.count
        let byteCount = byteCount(entries: count)
        guard bytes.byteCount >= byteCount else { return nil }
        let (number, flags): (UInt32, UInt32) =
            switch version {
            case .one: (1, 0)
            case .two(let isSupported): (2, isSupported ? 1 : 0)
            }
        bytes.storeLittleEndian(number, at: 0)
        bytes.storeLittleEndian(UInt32(count), at: 4)
        bytes.storeLittleEndian(UInt32(descriptorSize), at: 8)
        bytes.storeLittleEndian(flags, at: 12)
        for (index, entry) in division.entries.enumerated() {
            let offset = MemoryAttributesTable.headerByteCount + index * descriptorSize
            _ = entry.encode(into: &bytes, at: offset)
            for word in stride(from: MemoryDescriptor.Layout.byteCount, to: descriptorSize, by: 8) {
                bytes.storeLittleEndian(UInt64(0), at: offset + word)
            }
        }
        return byteCount
    }
}
