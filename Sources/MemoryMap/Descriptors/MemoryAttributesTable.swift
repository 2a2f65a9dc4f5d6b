/// The firmware's table that divides its runtime regions into code, constants and data, after every entry was checked.
///
/// UEFI 2.10, section 4.6.4 (`EFI_MEMORY_ATTRIBUTES_TABLE`). The memory map's own RO and XP bits are capabilities on most
/// firmware; those of this table are what the regions need. The bytes must not change while the value exists.
public struct MemoryAttributesTable: ~Escapable {
    /// The size of the header in bytes: version, number of entries, size of an entry, flags.
    public static let headerByteCount = 16

    /// The number of entries past which a table is not believed.
    public static let entryLimit = 65_536

    /// 1, or 2 where the flags mean something.
    public let version: UInt32

    /// Whether the code may run with forward control-flow guard (flag 0 of version 2).
    public let supportsForwardControlFlowGuard: Bool

    /// The entries, as memory descriptors.
    public let entries: MemoryMapView

    /// The size in bytes of the table whose header `bytes` begins with.
    ///
    /// - Throws: the errors of the header.
    public static func byteCount(ofTable bytes: RawSpan) throws(MemoryAttributesTableError) -> Int {
        guard bytes.holds(headerByteCount, at: 0) else { throw .truncated(byteCount: bytes.byteCount, needed: headerByteCount) }
        let version = bytes.littleEndian32(at: 0)
        guard (1...2).contains(version) else { throw .version(version) }
        let count = bytes.littleEndian32(at: 4)
        guard count > 0 else { throw .empty }
        guard count <= entryLimit else { throw .tooManyEntries(count) }
        let size = Int(bytes.littleEndian32(at: 8))
        // 65,536 entries of 4 KiB at most: far from overflowing.
        guard size >= MemoryDescriptor.Layout.byteCount, size <= 4096 else { throw .entries(.descriptorSize(size)) }
        return headerByteCount + Int(count) * size
    }

    /// Checks a table: its header, and each entry's type, attributes and range.
    ///
    /// - Throws: what is wrong first.
    /// - Complexity: O(*n*) for *n* entries; allocates nothing.
    @_lifetime(copy bytes)
    public init(validating bytes: RawSpan) throws(MemoryAttributesTableError) {
        let byteCount = try Self.byteCount(ofTable: bytes)
        guard bytes.holds(byteCount, at: 0) else { throw .truncated(byteCount: bytes.byteCount, needed: byteCount) }
        version = bytes.littleEndian32(at: 0)
        supportsForwardControlFlowGuard = version == 2 && bytes.littleEndian32(at: 12) & 1 == 1
        do throws(MemoryMapError) {
            entries = try MemoryMapView(
                validating: bytes.extracting(Self.headerByteCount..<byteCount),
                descriptorSize: Int(bytes.littleEndian32(at: 8)), descriptorVersion: MemoryDescriptor.Layout.version)
        } catch {
            throw .entries(error)
        }
        for index in 0..<entries.count {
            let entry = entries[index]
            guard entry.type.isRuntimeServices else { throw .type(index: index, entry.type) }
            guard entry.attributes.subtracting([.readOnly, .executeProtected, .runtime]) == [] else {
                throw .attributes(index: index, entry.attributes)
            }
        }
    }
}

/// Why a memory attributes table is refused.
public enum MemoryAttributesTableError: Error, Hashable, Sendable {
    /// There are fewer bytes than the table says it has.
    case truncated(byteCount: Int, needed: Int)

    /// The version is neither 1 nor 2.
    case version(UInt32)

    /// There are no entries.
    case empty

    /// There are more entries than ``MemoryAttributesTable/entryLimit``.
    case tooManyEntries(UInt32)

    /// An entry is no sound descriptor; offsets count from the end of the header.
    case entries(MemoryMapError)

    /// An entry describes something else than runtime code or data.
    case type(index: Int, MemoryType)

    /// An entry has attributes other than RO, XP and RUNTIME.
    case attributes(index: Int, MemoryAttributes)
}
