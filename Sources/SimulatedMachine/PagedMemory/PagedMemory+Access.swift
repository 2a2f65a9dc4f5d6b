public import MemoryMap
import PageReplacement

extension PagedMemory {
    /// The `count` bytes from an address on, across as many pages as they take.
    ///
    /// - Throws: `outOfRange`; `pagingFile` when a page could not be moved, after which the read may be tried again.
    /// - Complexity: O(*p*) in the pages touched, apart from what the policy does.
    public func read(count: Int, at address: VirtualAddress) throws(PagedMemoryError) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in try pieces(count: count, at: address) {
            try reach(piece.page, .read)
            do throws(TranslationFault) {
                bytes += try mmu.read(count: piece.count, at: piece.address, by: .supervisor, in: memory)
            } catch {
                throw .translation(error)
            }
        }
        return bytes
    }

    /// Puts bytes at an address and up.
    ///
    /// - Throws: `outOfRange`, and nothing is written; `pagingFile` when a page could not be moved: pages before it are written,
    ///   and the write may be tried again.
    /// - Complexity: O(*p*) in the pages touched, apart from what the policy does.
    public func write(_ bytes: [UInt8], at address: VirtualAddress) throws(PagedMemoryError) {
        var rest = bytes[...]
        for piece in try pieces(count: bytes.count, at: address) {
            try reach(piece.page, .write)
            do throws(TranslationFault) {
                try mmu.write(Array(rest.prefix(piece.count)), at: piece.address, by: .supervisor, in: memory)
            } catch {
                throw .translation(error)
            }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// A part of an access that lies in one page.
    private struct Piece {
        var page: PageIndex
        var address: VirtualAddress
        var count: Int
    }

    private func pieces(count: Int, at address: VirtualAddress) throws(PagedMemoryError) -> [Piece] {
        guard count > 0 else { return [] }
        guard
            let whole = VirtualRange(start: address, byteCount: UInt64(count)), whole.start >= range.start,
            whole.last <= range.last
        else { throw .outOfRange(address, count: count) }
        var pieces: [Piece] = []
        var cursor = whole.start.rawValue
        while true {
            let last = min(cursor | (PageCount.pageSize - 1), whole.last.rawValue)
            let page = PageIndex(rawValue: UInt32((cursor - range.start.rawValue) / PageCount.pageSize))
            pieces.append(Piece(page: page, address: VirtualAddress(cursor), count: Int(last - cursor) + 1))
            if last == whole.last.rawValue { return pieces }
            cursor = last + 1
        }
    }
}
