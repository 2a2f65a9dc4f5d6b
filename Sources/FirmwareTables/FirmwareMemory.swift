public import MemoryMap

/// Memory in which firmware left tables, read by physical address.
///
/// An address in a table may lead anywhere, so that every read asks: what cannot be read is nil, never a fault.
public protocol FirmwareMemory: ~Copyable {
    /// Lends the bytes of a range, or gives nil where not all of them can be read.
    borrowing func withBytes<Result>(of range: PhysicalRange, _ body: (RawSpan) -> Result) -> Result?
}
