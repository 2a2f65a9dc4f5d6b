/// Which physical pages a program has put under which addresses.
///
/// Frames are few and mapped one by one: sorted arrays do.
struct FrameMap: ~Copyable {
    private(set) var pages: [UInt64] = []
    private(set) var frames: [UInt64] = []

    private func position(_ page: UInt64) -> Int {
        var (low, high) = (0, pages.count)
        while low < high {
            let middle = (low + high) >> 1
            if pages[middle] < page { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func frame(at page: UInt64) -> UInt64? {
        let position = position(page)
        return position < pages.count && pages[position] == page ? frames[position] : nil
    }

    /// The first page from `page` on that has a frame.
    func firstMapped(from page: UInt64) -> UInt64? {
        let position = position(page)
        return position < pages.count ? pages[position] : nil
    }

    func isMapped(frame: UInt64) -> Bool {
        for other in frames where other == frame { return true }
        return false
    }

    mutating func set(_ frame: UInt64, at page: UInt64) {
        let position = position(page)
        if position < pages.count && pages[position] == page {
            frames[position] = frame
        } else {
            pages.insert(page, at: position)
            frames.insert(frame, at: position)
        }
    }

    mutating func remove(from start: UInt64, to end: UInt64) {
        let (first, last) = (position(start), position(end))
        pages.removeSubrange(first..<last)
        frames.removeSubrange(first..<last)
    }
}
