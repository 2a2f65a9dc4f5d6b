public import MemoryMap

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// RAM of a simulated machine that the host maps: code that works on pointers runs on it, and what is never touched takes no
/// memory of the host.
///
/// Physical address *a* lies at the host's address ``origin`` + *a*. Addresses outside of the ranges are never touched by the
/// methods, and a stray pointer to them ends the process, as it should.
@safe public final class MappedMemory: PhysicalMemory {
    /// Why the host cannot give the memory.
    public enum Failure: Error, Hashable, Sendable {
        /// The ranges are empty, overlap, are no whole pages, or end above 2^46.
        case unusableRanges

        /// The host refused, with this `errno`.
        case refused(CInt)
    }

    /// Where memory answers, by address.
    public let ranges: [PhysicalRange]

    /// The host's address of physical address 0.
    public let origin: UInt

    private let byteCount: Int

    /// Maps zeros at `ranges`, which ascend.
    public init(_ ranges: [PhysicalRange]) throws(Failure) {
        guard let last = ranges.last?.last.rawValue, last < 1 << 46,
            ranges.allSatisfy(\.isPageAligned),
            zip(ranges, ranges.dropFirst()).allSatisfy({ $0.last < $1.start })
        else { throw .unusableRanges }
        byteCount = Int(last) + 1
        self.ranges = ranges
        // A fresh mapping of the host's choice, inaccessible as a whole; the ranges alone are opened.
        let start = unsafe mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw .refused(errno) }
        origin = UInt(bitPattern: start)
        for range in ranges {
            let place = unsafe start + Int(range.start.rawValue)
            let length = Int(range.last.rawValue - range.start.rawValue) + 1
            guard unsafe mprotect(place, length, PROT_READ | PROT_WRITE) == 0 else {
                let reason = errno
                unsafe munmap(start, byteCount)
                throw .refused(reason)
            }
        }
    }

    // The mapping is this value's own, from `origin` on.
    deinit { unsafe munmap(UnsafeMutableRawPointer(bitPattern: origin), byteCount) }

    /// Whether memory answers at every address of `range`.
    ///
    /// - Complexity: O(log *n*) for *n* ranges.
    public func isPresent(_ range: PhysicalRange) -> Bool { ranges.contain(range) }

    public func load(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UInt64 {
        unsafe try word(at: address).pointee
    }

    public func store(_ value: UInt64, at address: PhysicalAddress) throws(PhysicalMemoryError) {
        unsafe try word(at: address).pointee = value
    }

    // Eight bytes of an open range: the pointer is good as long as the mapping is.
    private func word(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UnsafeMutablePointer<UInt64> {
        guard address.isAligned(to: 8) else { throw .misaligned(address) }
        guard let range = PhysicalRange(start: address, byteCount: 8), isPresent(range),
            let pointer = unsafe UnsafeMutablePointer<UInt64>(bitPattern: origin + UInt(address.rawValue))
        else { throw .absent(address) }
        return unsafe pointer
    }
}

extension MappedMemory {
    /// The bytes of a range, read where they lie.
    ///
    /// - Throws: `body`'s errors, or `missing` where no memory answers at all of the range.
    public func withBytes<Result, Failure: Error>(
        of range: PhysicalRange, orThrow missing: Failure, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard isPresent(range) else { throw missing }
        // Present ranges are open, for reading, as long as the mapping lives.
        let buffer = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(bitPattern: origin + UInt(range.start.rawValue)),
            count: Int(range.last.rawValue - range.start.rawValue) + 1)
        return try body(unsafe buffer.bytes)
    }

    /// The bytes of a range, to be written where they lie.
    ///
    /// - Throws: `body`'s errors, or `missing` where no memory answers at all of the range.
    public func withMutableBytes<Result, Failure: Error>(
        of range: PhysicalRange, orThrow missing: Failure, _ body: (inout MutableRawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard isPresent(range) else { throw missing }
        // Present ranges are open, for writing too, as long as the mapping lives.
        let buffer = unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: origin + UInt(range.start.rawValue)),
            count: Int(range.last.rawValue - range.start.rawValue) + 1)
        var bytes = unsafe buffer.mutableBytes
        return try body(&bytes)
    }

    /// Puts `bytes` at `address` and up, all or none of them.
    ///
    /// - Throws: `absent` where no memory answers.
    public func write(_ bytes: [UInt8], at address: PhysicalAddress) throws(PhysicalMemoryError) {
        guard !bytes.isEmpty else { return }
        guard let range = PhysicalRange(start: address, byteCount: UInt64(bytes.count)) else { throw .absent(address) }
        try withMutableBytes(of: range, orThrow: .absent(address)) { (place) throws(PhysicalMemoryError) in
            // As many bytes as there are places for, none of which lies in the array.
            unsafe place.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
        }
    }

    /// Makes the bytes of a range zero.
    ///
    /// - Throws: `absent` where no memory answers.
    public func clear(_ range: PhysicalRange) throws(PhysicalMemoryError) {
        try withMutableBytes(of: range, orThrow: .absent(range.start)) { (place) throws(PhysicalMemoryError) in
            // The span has as many bytes as it says.
            _ = unsafe place.withUnsafeMutableBytes { unsafe $0.initializeMemory(as: UInt8.self, repeating: 0) }
        }
    }

    /// Copies the bytes of one range over those of another that shares none with it.
    ///
    /// - Throws: `absent` where no memory answers.
    /// - Precondition: `destination` is as long as `source`.
    public func copy(_ source: PhysicalRange, to destination: PhysicalRange) throws(PhysicalMemoryError) {
        precondition(source.byteCount == destination.byteCount, "as many bytes as there are places for")
        try withBytes(of: source, orThrow: .absent(source.start)) { (from) throws(PhysicalMemoryError) -> Void in
            try withMutableBytes(of: destination, orThrow: .absent(destination.start)) {
                (to) throws(PhysicalMemoryError) -> Void in
                // Two spans of one length, in one mapping, that share nothing.
                unsafe to.withUnsafeMutableBytes { to in
                    unsafe from.withUnsafeBytes { from in unsafe to.copyMemory(from: from) }
                }
            }
        }
    }
}
