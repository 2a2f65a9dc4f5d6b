/// An address that a processor translates through page tables before it reaches memory, in bytes.
public struct VirtualAddress: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

extension VirtualAddress: MemoryAddress {}
