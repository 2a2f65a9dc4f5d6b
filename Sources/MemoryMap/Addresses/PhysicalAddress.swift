/// An address in a machine's physical address space, in bytes.
///
/// Any of the 2^64 values is representable; whether memory answers there is for a map to say.
public struct PhysicalAddress: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

extension PhysicalAddress: MemoryAddress {}
