public import SimulatedMachine
public import SystemPackage

/// A device in memory that fails when it is told to.
public final class FaultyDevice: PagingDevice {
    private var bytes: [UInt8] = []

    /// Whether the next write fails.
    public var failsWrite: () -> Bool = { false }

    /// Whether the next read fails.
    public var failsRead: () -> Bool = { false }

    /// How many bytes of the next write get through, though it succeeds: a torn write.
    public var tears: () -> Int? = { nil }

    /// The writes that did not fail.
    public private(set) var writes = 0

    public init() {}

    /// Lets all that follows fail, or nothing.
    public func fail(_ fails: Bool) {
        failsWrite = { fails }
        failsRead = { fails }
    }

    public func read(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        if failsRead() { throw .ioError }
        return Array(bytes.dropFirst(Int(offset)).prefix(count))
    }

    public func write(_ contents: [UInt8], at offset: Int64) throws(Errno) {
        if failsWrite() { throw .noSpace }
        writes += 1
        let end = Int(offset) + contents.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        let length = tears() ?? contents.count
        bytes.replaceSubrange(Int(offset)..<Int(offset) + length, with: contents.prefix(length))
    }

    /// Flips a bit of what is stored.
    public func damage(at offset: Int) { bytes[offset] ^= 0x10 }
}
