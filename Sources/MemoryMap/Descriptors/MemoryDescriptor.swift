/// One row of a UEFI memory map as the firmware wrote it, checked or not.
///
/// UEFI 2.10, section 7.2.3, `EFI_MEMORY_DESCRIPTOR`: 40 bytes, little-endian, in a table whose rows may be longer.
public struct MemoryDescriptor: Hashable, Sendable {
    public var type: MemoryType

    /// The address of the first byte, a multiple of 4096 in a sound table.
    public var start: PhysicalAddress

    /// Where the operating system mapped the region; 0 before it did.
    public var virtualStart: VirtualAddress

    /// The size in 4 KiB pages, at least 1 in a sound table.
    public var pages: PageCount

    public var attributes: MemoryAttributes

    @inlinable
    public init(
        type: MemoryType, start: PhysicalAddress, virtualStart: VirtualAddress = VirtualAddress(0), pages: PageCount,
        attributes: MemoryAttributes
    ) {
        self.type = type
        self.start = start
        self.virtualStart = virtualStart
        self.pages = pages
        self.attributes = attributes
    }

    /// The addresses that the row covers, or nil where it has no pages or passes 2^64.
    @inlinable
    public var range: PhysicalRange? { PhysicalRange(start: start, pages: pages) }
}

extension MemoryDescriptor {
    /// Where the fields lie in a row, in bytes. Bytes 4 to 7 are padding, and so is what a longer row has after byte 39.
    public enum Layout {
        public static let type = 0
        public static let start = 8
        public static let virtualStart = 16
        public static let pages = 24
        public static let attributes = 32

        /// The bytes of a row that have a meaning.
        public static let byteCount = 40

        /// The version of this layout, `EFI_MEMORY_DESCRIPTOR_VERSION`.
        public static let version: UInt32 = 1

        /// Rows start at multiples of this, as their 64-bit fields do.
        public static let alignment = 8
    }

    /// Reads the row that starts `offset` bytes into `bytes`, or nil where 40 bytes do not fit there.
    ///
    /// Any 40 bytes make a descriptor; whether it makes sense is for ``MemoryMapView`` to check.
    public init?(decoding bytes: RawSpan, at offset: Int = 0) {
        guard bytes.holds(Layout.byteCount, at: offset) else { return nil }
        self.init(
            type: MemoryType(bytes.littleEndian32(at: offset + Layout.type)),
            start: PhysicalAddress(bytes.littleEndian64(at: offset + Layout.start)),
            virtualStart: VirtualAddress(bytes.littleEndian64(at: offset + Layout.virtualStart)),
            pages: PageCount(bytes.littleEndian64(at: offset + Layout.pages)),
            attributes: MemoryAttributes(rawValue: bytes.littleEndian64(at: offset + Layout.attributes)))
    }

    /// Writes the row's 40 bytes `offset` bytes into `bytes`, the padding as zeroes.
    ///
    /// - Returns: False where 40 bytes do not fit there; nothing is written then.
    @discardableResult
    public func encode(into bytes: inout MutableRawSpan, at offset: Int = 0) -> Bool {
        guard offset >= 0, bytes.byteCount >= Layout.byteCount, offset <= bytes.byteCount - Layout.byteCount else { return false }
        bytes.storeLittleEndian(UInt64(type.rawValue), at: offset + Layout.type)
        bytes.storeLittleEndian(start.rawValue, at: offset + Layout.start)
        bytes.storeLittleEndian(virtualStart.rawValue, at: offset + Layout.virtualStart)
        bytes.storeLittleEndian(pages.rawValue, at: offset + Layout.pages)
        bytes.storeLittleEndian(attributes.rawValue, at: offset + Layout.attributes)
        return true
    }
}
