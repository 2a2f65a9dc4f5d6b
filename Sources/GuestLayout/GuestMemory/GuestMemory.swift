public import MemoryMap

/// A guest's memory as the host sees it: regions of guest physical addresses, each behind a pointer of the host's.
///
/// Reads and writes may go from one region into the next where the two touch. The memory itself stays its owner's: it is not freed
/// with this value, and what the guest does to it meanwhile shows.
@safe
public struct GuestMemory: ~Copyable {
    /// A region and where the host has it.
    @safe
    @usableFromInline
    struct Region {
        @usableFromInline let start: UInt64
        @usableFromInline let last: UInt64

        /// The host's address of the first byte.
        @usableFromInline let base: UnsafeMutableRawPointer
    }

    /// Ascending and disjoint; at least one.
    @usableFromInline
    let regions: UnsafeMutableBufferPointer<Region>

    /// For each bucket of 2^`shift` addresses from the first region on, the last region that starts at the bucket's first address
    /// or below; one more entry than there are buckets.
    @usableFromInline
    let buckets: UnsafeMutableBufferPointer<UInt32>
    @usableFromInline
    let shift: UInt64

    /// Memory behind pointers.
    ///
    /// - Parameter regions: Guest physical ranges in any order and the host's address of each one's first byte.
    /// - Throws: `.noRegions`, `.tooManyRegions` above 65,536, `.overlap` for the second of two regions that share addresses.
    /// - Warning: Every range has to stay readable and writable behind its pointer for as long as this value lives.
    @unsafe
    public init(unsafeRegions list: [(range: PhysicalRange, base: UnsafeMutableRawPointer)]) throws(GuestMemoryError) {
        let listCount = unsafe list.count
        guard listCount > 0 else { throw .noRegions }
        guard listCount <= 1 << 16 else { throw .tooManyRegions(listCount) }
        var sorted: [Region] = []
        sorted.reserveCapacity(listCount)
        for index in 0..<listCount {
            let range = unsafe list[index].range
            sorted.append(unsafe Region(start: range.start.rawValue, last: range.last.rawValue, base: list[index].base))
        }
        sorted.sort { $0.start < $1.start }
        for index in sorted.indices.dropFirst() where sorted[index].start <= sorted[index - 1].last {
            throw .overlap(PhysicalAddress(sorted[index].start))
        }
        // About four buckets a region, so that evenly sized regions have one of their own.
        let (first, end) = (sorted[0].start, sorted[sorted.count - 1].last)
        let wanted = UInt64(sorted.count) * 4
        var shift: UInt64 = 0
        while (end - first) >> shift >= wanted { shift += 1 }
        let count = Int((end - first) >> shift) + 1
        let regions = UnsafeMutableBufferPointer<Region>.allocate(capacity: sorted.count)
        _ = unsafe regions.initialize(from: sorted)
        let buckets = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count + 1)
        var index = 0
        for bucket in 0..<count {
            // Within the span of the regions, so that it does not overflow.
            let address = first + UInt64(bucket) << shift
            while index + 1 < sorted.count, sorted[index + 1].start <= address { index += 1 }
            unsafe buckets.initializeElement(at: bucket, to: UInt32(index))
        }
        unsafe buckets.initializeElement(at: count, to: UInt32(sorted.count - 1))
        unsafe self.regions = regions
        unsafe self.buckets = buckets
        self.shift = shift
    }

    deinit {
        unsafe regions.deallocate()
        unsafe buckets.deallocate()
    }

    /// The number of regions.
    @inlinable
    public var regionCount: Int { unsafe regions.count }

    /// The region number `index` by address.
    ///
    /// - Precondition: `index` is at least 0 and below ``regionCount``.
    public func region(at index: Int) -> PhysicalRange {
        precondition(index >= 0 && index < regionCount, "a region's number")
        return unsafe PhysicalRange(from: regions[index].start, to: regions[index].last)
    }

    /// The number of the region that holds an address, or nil where none does.
    ///
    /// - Complexity: O(1) for regions of about the same size, O(log *n*) for all others.
    @inlinable
    public func region(containing address: PhysicalAddress) -> Int? {
        let index = place(of: address.rawValue)
        guard index >= 0, unsafe regions[index].last >= address.rawValue else { return nil }
        return index
    }

    /// The last region that starts at an address or below, -1 where the address lies outside of all of them.
    @inlinable
    @inline(__always)
    func place(of address: UInt64) -> Int {
        // The table has an entry for each bucket up to the last region's end and one more; its values are places in `regions`.
        let (offset, isBelow) = unsafe address.subtractingReportingOverflow(regions.baseAddress.unsafelyUnwrapped.pointee.start)
        let bucket = offset >> shift
        guard !isBelow, unsafe bucket < UInt64(buckets.count - 1) else { return -1 }
        let table = unsafe buckets.baseAddress.unsafelyUnwrapped + Int(truncatingIfNeeded: bucket)
        let list = unsafe regions.baseAddress.unsafelyUnwrapped
        var low = unsafe Int(table[0])
        var high = unsafe Int(table[1])
        while low < high {
            let middle = (low + high + 1) / 2
            if unsafe list[middle].start <= address { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// The host's address of `count` bytes that lie in one region, or nil.
    @inlinable
    @inline(__always)
    func pointer(_ address: UInt64, _ count: UInt64) -> UnsafeMutableRawPointer? {
        let index = place(of: address)
        guard index >= 0 else { return nil }
        let region = unsafe regions.baseAddress.unsafelyUnwrapped[index]
        // An address past the region's end makes the difference wrap to more than any region has.
        guard address <= region.last, region.last - address >= count - 1 else { return nil }
        return unsafe region.base + Int(truncatingIfNeeded: address - region.start)
    }
}

/// Why an access to guest memory is refused.
public enum GuestMemoryError: Error, Hashable, Sendable {
    case noRegions
    case tooManyRegions(Int)

    /// Two regions share this address.
    case overlap(PhysicalAddress)

    /// No memory answers at this address.
    case absent(PhysicalAddress)

    /// The access passes 2^64.
    case wraps(PhysicalAddress, byteCount: Int)
}

extension GuestMemory {
    /// The little-endian integer at an address, which needs no alignment.
    ///
    /// - Throws: `.absent` with the first address without memory, `.wraps`.
    @inlinable
    public func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self, at address: PhysicalAddress
    ) throws(GuestMemoryError) -> Value {
        if let pointer = unsafe pointer(address.rawValue, UInt64(MemoryLayout<Value>.size)) {
            return Value(littleEndian: unsafe pointer.loadUnaligned(as: Value.self))
        }
        return try readAcross(address)
    }

    /// Puts a little-endian integer at an address, which needs no alignment.
    ///
    /// - Throws: As `read(_:at:)`; then nothing is written.
    @inlinable
    public func write<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at address: PhysicalAddress
    ) throws(GuestMemoryError) {
        if let pointer = unsafe pointer(address.rawValue, UInt64(MemoryLayout<Value>.size)) {
            return unsafe pointer.storeBytes(of: value.littleEndian, as: Value.self)
        }
        try check(address, MemoryLayout<Value>.size)
        for offset in 0..<MemoryLayout<Value>.size {
            let byte = UInt8(truncatingIfNeeded: value >> Value(truncatingIfNeeded: 8 * offset))
            unsafe self.pointer(address.rawValue + UInt64(offset), 1)?.storeBytes(of: byte, as: UInt8.self)
        }
    }

    @inlinable
    @inline(never)
    func readAcross<Value: FixedWidthInteger>(_ address: PhysicalAddress) throws(GuestMemoryError) -> Value {
        let count = MemoryLayout<Value>.size
        let (last, overflow) = address.rawValue.addingReportingOverflow(UInt64(count - 1))
        guard !overflow else { throw .wraps(address, byteCount: count) }
        var (next, value, shift) = (address.rawValue, Value.zero, 0)
        var index = place(of: next)
        while true {
            guard index >= 0, index < regionCount else { throw .absent(PhysicalAddress(next)) }
            let region = unsafe regions[index]
            guard region.start <= next, next <= region.last else { throw .absent(PhysicalAddress(next)) }
            let end = min(last, region.last)
            var pointer = unsafe region.base + Int(truncatingIfNeeded: next - region.start)
            for _ in 0...(end - next) {
                value |= Value(truncatingIfNeeded: unsafe pointer.load(as: UInt8.self)) &<< Value(truncatingIfNeeded: shift)
                shift += 8
                unsafe pointer += 1
            }
            guard end < last else { return value }
            next = end + 1
            index += 1
        }
    }

    /// Makes sure that memory answers at `count` addresses, at least one.
    @usableFromInline
    func check(_ address: PhysicalAddress, _ count: Int) throws(GuestMemoryError) {
        let (last, overflow) = address.rawValue.addingReportingOverflow(UInt64(count - 1))
        guard !overflow else { throw .wraps(address, byteCount: count) }
        var next = address.rawValue
        while true {
            guard let index = region(containing: PhysicalAddress(next)) else { throw .absent(PhysicalAddress(next)) }
            let end = unsafe regions[index].last
            guard end < last else { return }
            next = end + 1
        }
    }

    /// Copies bytes out of the guest's memory, through all regions that touch.
    ///
    /// - Throws: `.absent`, `.wraps`; then nothing is copied.
    public func read(into bytes: inout MutableRawSpan, at address: PhysicalAddress) throws(GuestMemoryError) {
        guard bytes.byteCount > 0 else { return }
        try check(address, bytes.byteCount)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe forEachPiece(address.rawValue, buffer.count) { pointer, offset, count in
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<offset + count])
                    .copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: count))
            }
        }
    }

    /// Copies bytes into the guest's memory, through all regions that touch.
    ///
    /// - Throws: `.absent`, `.wraps`; then nothing is copied.
    public func write(_ bytes: RawSpan, at address: PhysicalAddress) throws(GuestMemoryError) {
        guard bytes.byteCount > 0 else { return }
        try check(address, bytes.byteCount)
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe forEachPiece(address.rawValue, buffer.count) { pointer, offset, count in
                unsafe UnsafeMutableRawBufferPointer(start: pointer, count: count)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + count]))
            }
        }
    }

    /// Calls `body` with the host's address of each piece of a stretch that is known to be there.
    private func forEachPiece(
        _ address: UInt64, _ count: Int, _ body: (UnsafeMutableRawPointer, _ offset: Int, _ count: Int) -> Void
    ) {
        var done = 0
        while done < count {
            let next = address + UInt64(done)
            let index = place(of: next)
            guard index >= 0 else { return }
            let region = unsafe regions[index]
            let left = region.last - next
            let part = left >= UInt64(count - done) ? count - done : Int(left) + 1
            unsafe body(region.base + Int(truncatingIfNeeded: next - region.start), done, part)
            done += part
        }
    }
}

extension GuestMemory: PhysicalMemory {
    public borrowing func load(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UInt64 {
        guard address.isAligned(to: 8) else { throw .misaligned(address) }
        guard let pointer = unsafe pointer(address.rawValue, 8) else { throw .absent(address) }
        return UInt64(littleEndian: unsafe pointer.loadUnaligned(as: UInt64.self))
    }

    public borrowing func store(_ value: UInt64, at address: PhysicalAddress) throws(PhysicalMemoryError) {
        guard address.isAligned(to: 8) else { throw .misaligned(address) }
        guard let pointer = unsafe pointer(address.rawValue, 8) else { throw .absent(address) }
        unsafe pointer.storeBytes(of: value.littleEndian, as: UInt64.self)
    }
}
