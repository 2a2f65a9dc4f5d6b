import MemoryMap

/// Where the segments of an ELF executable want to lie in physical memory.
///
/// System V ABI, chapters 4 and 5: `p_paddr` is what counts, as no paging is on when a kernel starts.
public struct ELFKernel: Hashable, Sendable {
    /// The lowest address of a segment.
    public let start: UInt64

    /// The last byte that any segment takes in memory, bytes that are cleared included.
    public let last: UInt64

    /// The last byte that comes from the file.
    public let lastLoaded: UInt64

    public let entry: UInt64

    /// Whether it is a 64-bit file.
    public let is64Bit: Bool

    /// Facts put together by hand.
    public init(start: UInt64, last: UInt64, lastLoaded: UInt64? = nil, entry: UInt64, is64Bit: Bool = true) {
        self.start = start
        self.last = last
        self.lastLoaded = lastLoaded ?? last
        self.entry = entry
        self.is64Bit = is64Bit
    }

    /// The most program headers that are looked at.
    public static let programHeaderLimit: UInt16 = 256

    static func isAnnounced(by bytes: RawSpan) -> Bool { bytes.littleEndian(UInt32.self, at: 0) == 0x464C_457F }

    init(header bytes: RawSpan) throws(KernelImageError) {
        func field<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ offset: UInt64) throws(KernelImageError) -> UInt64 {
            guard let value = bytes.littleEndian(type, at: offset) else { throw .truncated(offset: offset) }
            return UInt64(value)
        }
        let kind = try field(UInt8.self, 4)
        guard kind == 1 || kind == 2 else { throw .badField(offset: 4, value: kind) }
        guard try field(UInt8.self, 5) == 1 else { throw .badField(offset: 5, value: try field(UInt8.self, 5)) }
        let is64Bit = kind == 2
        func word(_ narrow: UInt64, _ wide: UInt64) throws(KernelImageError) -> UInt64 {
            is64Bit ? try field(UInt64.self, wide) : try field(UInt32.self, narrow)
        }
        let machine = try field(UInt16.self, 0x12)
        guard machine == 3 || machine == 62 else { throw .machine(UInt16(truncatingIfNeeded: machine)) }
        let entry = try word(0x18, 0x18)
        let table = try word(0x1C, 0x20)
        let stride = try field(UInt16.self, is64Bit ? 0x36 : 0x2A)
        let count = try field(UInt16.self, is64Bit ? 0x38 : 0x2C)
        guard stride >= (is64Bit ? 56 : 32) else { throw .badField(offset: is64Bit ? 0x36 : 0x2A, value: stride) }
        guard count <= UInt64(Self.programHeaderLimit) else { throw .badField(offset: is64Bit ? 0x38 : 0x2C, value: count) }
        var found: (start: UInt64, last: UInt64, lastLoaded: UInt64)?
        for index in 0..<count {
            // The products are small: both factors have 16 bits at most.
            let (offset, overflow) = table.addingReportingOverflow(index * stride)
            guard !overflow, offset <= UInt64.max - 64 else { throw .segmentWraps(offset: table) }
            guard try field(UInt32.self, offset) == 1 else { continue }
            let address = try word(offset + 12, offset + 24)
            let fileCount = try word(offset + 16, offset + 32)
            let count = try word(offset + 20, offset + 40)
            guard count > 0 else { continue }
            guard fileCount <= count else { throw .badField(offset: offset + (is64Bit ? 32 : 16), value: fileCount) }
            let (last, wraps) = address.addingReportingOverflow(count - 1)
            guard !wraps else { throw .segmentWraps(offset: offset) }
            let loaded = fileCount > 0 ? address + (fileCount - 1) : address
            found = (
                min(found?.start ?? address, address), max(found?.last ?? last, last), max(found?.lastLoaded ?? loaded, loaded)
            )
        }
        guard let found else { throw .noSegments }
        self.init(start: found.start, last: found.last, lastLoaded: found.lastLoaded, entry: entry, is64Bit: is64Bit)
    }
}
