import CArch
public import MemoryMap

/// Physical memory that is mapped at its own address, as the firmware has it and as the kernel's first tables have it.
///
/// It cannot tell whether memory answers at an address: callers hand it addresses that came out of a validated memory
/// map or out of page tables of their own.
public struct IdentityMappedMemory: PhysicalMemory {
    public init() {}

    public func load(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UInt64 {
        try check(address)
        return arch_load64(UInt(address.rawValue))
    }

    public func store(_ value: UInt64, at address: PhysicalAddress) throws(PhysicalMemoryError) {
        try check(address)
        arch_store64(UInt(address.rawValue), value)
    }

    private func check(_ address: PhysicalAddress) throws(PhysicalMemoryError) {
        guard address.isAligned(to: 8) else { throw .misaligned(address) }
        // Page 0 is never mapped.
        guard address.rawValue >= PageCount.pageSize else { throw .absent(address) }
    }
}

extension IdentityMappedMemory {
    /// The bytes of a range, read where they lie.
    ///
    /// - Parameter range: mapped, and changed by nobody while `body` runs.
    public func withBytes<Result, Failure: Error>(
        of range: PhysicalRange, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(bitPattern: UInt(range.start.rawValue)),
            count: Int(range.last.rawValue - range.start.rawValue) + 1)
        return try body(unsafe buffer.bytes)
    }

    /// The bytes of a range, to be written where they lie.
    ///
    /// - Parameter range: mapped writable, and used by nobody else while `body` runs.
    public func withMutableBytes<Result, Failure: Error>(
        of range: PhysicalRange, _ body: (inout MutableRawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: UInt(range.start.rawValue)),
            count: Int(range.last.rawValue - range.start.rawValue) + 1)
        var bytes = unsafe buffer.mutableBytes
        return try body(&bytes)
    }

    /// Fills a range with zero.
    public func clear(_ range: PhysicalRange) {
        unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: UInt(range.start.rawValue)),
            count: Int(range.last.rawValue - range.start.rawValue) + 1
        ).initializeMemory(as: UInt8.self, repeating: 0)
    }
}

extension IdentityMappedMemory {
    /// Copies the bytes of one range over those of another that shares none with it.
    ///
    /// - Precondition: `destination` is as long as `source`.
    public func copy(_ source: PhysicalRange, to destination: PhysicalRange) {
        precondition(source.byteCount == destination.byteCount, "as many bytes as there are places for")
        withBytes(of: source) { from in
            withMutableBytes(of: destination) { to in
                unsafe to.withUnsafeMutableBytes { to in
                    unsafe from.withUnsafeBytes { from in unsafe to.copyMemory(from: from) }
                }
            }
        }
    }
}
