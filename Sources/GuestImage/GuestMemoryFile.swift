public import GuestBoot
public import HostFiles
public import MemoryMap
public import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One sparse file that is a guest's RAM: its regions one after the other, without the holes between them.
public struct GuestMemoryFile: Sendable {
    /// The regions of RAM in the order in which they lie in the file.
    public let regions: [PhysicalRange]

    /// The size of the file: that of all regions.
    public let byteCount: UInt64

    /// Why contents do not make a file.
    public enum Fault: Error, Hashable, Sendable {
        /// A segment lies outside every region, or passes the end of one.
        case outsideMemory(GuestSegment.Content, PhysicalRange)

        /// The regions' sizes add up to more than a file can have.
        case tooLarge
    }

    /// - Throws: `Fault.tooLarge`.
    public init(regions: [PhysicalRange]) throws(Fault) {
        var sum: UInt64 = 0
        for region in regions {
            guard let count = region.byteCount else { throw .tooLarge }
            let (next, overflow) = sum.addingReportingOverflow(count)
            guard !overflow, next <= UInt64(Int64.max) else { throw .tooLarge }
            sum = next
        }
        self.regions = regions
        byteCount = sum
    }

    /// Where in the file `range` lies, or nil where no region has all of it.
    public func offset(of range: PhysicalRange) -> UInt64? {
        var start: UInt64 = 0
        for region in regions {
            if region.contains(range) { return start + (range.start.rawValue - region.start.rawValue) }
            start += region.byteCount ?? 0
        }
        return nil
    }

    /// Checks that every segment lies in RAM.
    ///
    /// - Throws: `Fault.outsideMemory` with the first that does not.
    public func check(_ contents: GuestContents) throws(Fault) {
        for segment in contents.segments where offset(of: segment.range) == nil {
            throw .outsideMemory(segment.content, segment.range)
        }
    }

    /// Writes the file, in which pages of zeros take no room, under another name, and moves it to `path`.
    ///
    /// The same contents make the same bytes.
    ///
    /// - Throws: `FileFailure`.
    /// - Precondition: `check(_:)` finds nothing.
    public func write(_ contents: GuestContents, to path: FilePath) throws(FileFailure) {
        try OutputFile.replace(path) { file throws(Errno) in
            do { try file.resize(to: Int64(byteCount)) } catch { throw error as? Errno ?? .ioError }
            for segment in contents.segments {
                guard let offset = offset(of: segment.range) else { preconditionFailure("the contents were checked") }
                try Self.write(segment.bytes, at: offset, to: file)
            }
        }
    }

    private static let pageSize = 4096
    private static let zeros = [UInt8](repeating: 0, count: pageSize)

    /// Writes the runs of pages that are not all zero; pages count from the start of the file.
    private static func write(_ bytes: [UInt8], at offset: UInt64, to file: FileDescriptor) throws(Errno) {
        var run: Range<Int>?
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + pageSize - Int((offset + UInt64(position)) % UInt64(pageSize)))
            if isZero(bytes, position..<end) {
                if let run { try store(bytes, run, at: offset, to: file) }
                run = nil
            } else {
                run = (run?.lowerBound ?? position)..<end
            }
            position = end
        }
        if let run { try store(bytes, run, at: offset, to: file) }
    }

    private static func isZero(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        // Both buffers are at least as long as the count: a page has no more bytes than `zeros`.
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe zeros.withUnsafeBytes { zeros in
                guard let start = buffer.baseAddress, let other = zeros.baseAddress else { return true }
                return unsafe memcmp(start + range.lowerBound, other, range.count) == 0
            }
        }
    }

    private static func store(_ bytes: [UInt8], _ range: Range<Int>, at offset: UInt64, to file: FileDescriptor) throws(Errno) {
        do {
            _ = try file.writeAll(toAbsoluteOffset: Int64(offset) + Int64(range.lowerBound), bytes[range])
        } catch {
            throw error as? Errno ?? .ioError
        }
    }
}
