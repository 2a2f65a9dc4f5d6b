import MemoryMap
import SeededRandom

@testable import UEFIMemory

/// What clients have of the services' memory, page by page, without any structure: the naive truth beside ``MemoryServices``.
struct PageModel {
    enum Owner: Equatable {
        case none
        /// An allocation of pages, by number.
        case pages(Int)
        /// A buffer of pool that has the page to itself, or blocks of pool of this type.
        case pool
    }

    struct Buffer {
        var address: UInt64
        var byteCount: UInt64
        var type: MemoryType
    }

    let first: UInt64
    var owners: [Owner]
    var types: [MemoryType]
    var buffers: [Buffer] = []
    /// Runs of pages that can be freed: each inside of one allocation.
    var allocations: [(number: Int, start: UInt64, pages: UInt64, type: MemoryType)] = []
    private var nextNumber = 0

    init(first: UInt64, count: Int) {
        self.first = first
        owners = Array(repeating: .none, count: count)
        types = Array(repeating: .conventional, count: count)
    }

    mutating func allocated(_ start: UInt64, _ pages: UInt64, _ type: MemoryType) -> String? {
        for page in Int(start - first)..<Int(start - first + pages) {
            guard owners[page] == .none else { return "page \(page) was given twice" }
            owners[page] = .pages(nextNumber)
            types[page] = type
        }
        allocations.append((nextNumber, start, pages, type))
        nextNumber += 1
        return nil
    }

    /// Whether pages are all part of one allocation.
    func isFreeable(_ start: UInt64, _ pages: UInt64) -> Bool {
        guard start >= first, start - first + pages <= UInt64(owners.count) else { return false }
        guard case .pages(let number) = owners[Int(start - first)] else { return false }
        return owners[Int(start - first)..<Int(start - first + pages)].allSatisfy { $0 == .pages(number) }
    }

    mutating func freed(_ start: UInt64, _ pages: UInt64) {
        for page in Int(start - first)..<Int(start - first + pages) { owners[page] = .none }
        guard let index = allocations.firstIndex(where: { $0.start <= start && start < $0.start + $0.pages }) else { return }
        let old = allocations.remove(at: index)
        if old.start < start { split(old.start, start - old.start, old.type) }
        if start + pages < old.start + old.pages { split(start + pages, old.start + old.pages - start - pages, old.type) }
    }

    private mutating func split(_ start: UInt64, _ pages: UInt64, _ type: MemoryType) {
        for page in Int(start - first)..<Int(start - first + pages) { owners[page] = .pages(nextNumber) }
        allocations.append((nextNumber, start, pages, type))
        nextNumber += 1
    }

    /// Whether the map fits: clients' pages under their types, and everything else free or the services'.
    func disagreement(with map: [MemoryDescriptor]) -> String? {
        var shown = [MemoryType?](repeating: nil, count: owners.count)
        var end: UInt64 = 0
        var last: MemoryDescriptor?
        for row in map {
            let start = row.start.rawValue >> 12
            if start < end { return "rows out of order at \(start)" }
            if let last, start == end, last.type == row.type, last.attributes == row.attributes {
                return "rows not merged at \(start)"
            }
            end = start + row.pages.rawValue
            last = row
            for page in start..<end where page >= first && page - first < UInt64(owners.count) {
                shown[Int(page - first)] = row.type
            }
        }
        for page in owners.indices {
            switch owners[page] {
            case .pages where shown[page] != types[page]: return "page \(page) is shown as \(shown[page].debugDescription)"
            default: break
            }
        }
        for buffer in buffers where buffer.byteCount > 0 {
            for page in buffer.address >> 12...(buffer.address + buffer.byteCount - 1) >> 12 {
                guard shown[Int(page - first)] == buffer.type else { return "the buffer at \(buffer.address) is not shown" }
                guard owners[Int(page - first)] == .none else { return "the buffer at \(buffer.address) has another's page" }
            }
        }
        return nil
    }
}
