import MemoryMap
import PageReplacement
import VirtualMemory

/// What a section's pages begin with: a file of the simulated machine.
public struct SectionContents: Sendable {
    /// The bytes; what lies behind them in the last page, and in pages further on, is zeros.
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// One page from an offset on, or nil where that is behind the end.
    func page(at offset: UInt64) -> [UInt8]? {
        guard offset < UInt64(bytes.count) else { return nil }
        let start = Int(offset)
        let end = min(start + Int(PageCount.pageSize), bytes.count)
        return bytes[start..<end] + [UInt8](repeating: 0, count: Int(PageCount.pageSize) - (end - start))
    }
}

/// The pages of one section, which all of its views share.
struct SectionPages {
    var contents: SectionContents?
    /// The pages that were used, by number in the section.
    var pages = PagesByAddress()
}

/// A part of a section at addresses.
struct MappedView {
    let range: VirtualRange
    let mapping: ViewMapping
}
