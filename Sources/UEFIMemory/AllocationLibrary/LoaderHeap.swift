public import MemoryMap

/// A boot loader's heap: one pool buffer of type `EfiLoaderData`, and an allocator on top of it.
///
/// A loader takes it while boot services run, and uses it after they have ended; allocating from it never changes the memory map.
/// The buffer has to be mapped at its own address, as all memory is before the operating system changes that.
public struct LoaderHeap<Services: AllocationServices>: ~Copyable {
    /// The usual size: 1 MiB.
    public static var defaultByteCount: UInt64 { 1 << 20 }

    private let buffer: OwnedPool<Services>
    private var heap: FirstFitHeap

    /// Takes the buffer from the services.
    ///
    /// - Returns: Nil where the buffer is at no address of this processor.
    /// - Throws: what the services fail with.
    /// - Warning: Pool memory of the services must be this program's own memory, readable and writable at its physical address.
    @unsafe
    public init?(
        identityMapped services: Services, byteCount: UInt64 = Self.defaultByteCount
    ) throws(Services.Failure) {
        let buffer = try OwnedPool(byteCount: byteCount, from: services)
        // Pool buffers are aligned to 8 bytes, the heap's arena to 16.
        guard let start = buffer.address.alignedUp(to: UInt64(FirstFitHeap.granule)), start.rawValue > 0,
            let lost = buffer.address.distance(to: start), UInt(exactly: start.rawValue) != nil
        else { return nil }
        self.buffer = buffer
        heap = unsafe FirstFitHeap(start: UInt(start.rawValue), byteCount: UInt(byteCount > lost ? byteCount - lost : 0))
    }

    /// A block of `byteCount` bytes at a multiple of `alignment`, or nil where the heap has none left.
    ///
    /// - Complexity: O(*n*) for *n* free blocks.
    public mutating func allocate(byteCount: UInt, alignment: UInt = FirstFitHeap.granule) -> UInt? {
        heap.allocate(byteCount: byteCount, alignment: alignment)
    }

    /// Gives a block back.
    ///
    /// - Parameter block: an address that ``allocate(byteCount:alignment:)`` returned, once.
    public mutating func free(_ block: UInt) { heap.free(block) }

    /// The bytes that are free, what describes them included.
    public var freeByteCount: UInt { heap.freeByteCount }

    /// Leaves the buffer allocated for good, for blocks that outlive the heap.
    public consuming func leak() { buffer.leak() }
}
