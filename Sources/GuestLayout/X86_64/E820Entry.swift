public import MemoryMap

/// A row of the memory table in the zero page.
public struct E820Entry: Hashable, Sendable {
    public var start: PhysicalAddress

    /// The size in bytes, at least 1.
    public var byteCount: UInt64

    public var kind: Kind

    /// The types that a plan uses, with the numbers of ACPI 6.5, table 15.4.
    public enum Kind: UInt32, Hashable, Sendable {
        case ram = 1
        case reserved = 2
    }

    public init(start: PhysicalAddress, byteCount: UInt64, kind: Kind) {
        self.start = start
        self.byteCount = byteCount
        self.kind = kind
    }

    static let filler = E820Entry(start: PhysicalAddress(0), byteCount: 1, kind: .reserved)

    /// The last byte.
    public var last: PhysicalAddress { PhysicalAddress(start.rawValue + (byteCount - 1)) }
}

/// A pair of variable memory type range registers: a naturally aligned power of two of bytes.
public struct VariableMTRR: Hashable, Sendable {
    public var start: PhysicalAddress
    public var byteCount: UInt64

    static let filler = VariableMTRR(start: PhysicalAddress(0), byteCount: 1)
}
