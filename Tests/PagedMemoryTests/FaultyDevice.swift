import SimulatedMachine
import SystemPackage

/// A device in memory that fails when it is told to.
final class FaultyDevice: PagingDevice {
    private var bytes: [UInt8] = []
    /// Whether the next write fails.
    var failsWrite: () -> Bool = { false }
    /// Whether the next read fails.
    var failsRead: () -> Bool = { false }
    /// How many bytes of the next write get through, though it succeeds: a torn write.
    var tears: () -> Int? = { nil }
    private(set) var writes = 0

    func read(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        if failsRead() { throw .ioError }
        return Array(bytes.dropFirst(Int(offset)).prefix(count))
    }

    func write(_ contents: [UInt8], at offset: Int64) throws(Errno) {
        if failsWrite() { throw .noSpace }
        writes += 1
        let end = Int(offset) + contents.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        let length = tears() ?? contents.count
        bytes.replaceSubrange(Int(offset)..<Int(offset) + length, with: contents.prefix(length))
    }

    /// Flips a bit of what is stored.
    func damage(at offset: Int) { bytes[offset] ^= 0x10 }
}
