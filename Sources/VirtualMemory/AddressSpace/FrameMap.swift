/// The physical pages that a program owns, and which addresses it has put them under.
struct FrameMap: ~Copyable {
    /// The frame under each page that has one.
    private var pages = RunTree<UInt64>()

    /// The page over each frame that the program owns; 0 for none.
    private var owned = RunTree<UInt64>()

    func frame(at page: UInt64) -> UInt64? { pages.run(at: page).map { pages.value($0) } }

    /// The first page from `page` on that has a frame.
    func firstMapped(from page: UInt64) -> UInt64? {
        guard let cursor = pages.firstRun(endingAbove: page) else { return nil }
        return max(pages.start(cursor), page)
    }

    func owns(_ frame: UInt64) -> Bool { owned.run(at: frame) != nil }

    /// The page that a frame is under; nil for frames that are under none.
    func page(of frame: UInt64) -> UInt64? {
        guard let cursor = owned.run(at: frame), owned.value(cursor) != 0 else { return nil }
        return owned.value(cursor)
    }

    mutating func own(_ frame: UInt64) { owned.insert(start: frame, end: frame + 1, value: 0) }

    mutating func disown(_ frame: UInt64) {
        if let page = page(of: frame) { pages.remove(from: page, to: page + 1) }
        owned.remove(from: frame, to: frame + 1)
    }

    /// Puts an owned frame, which is under no page, under one that has none.
    mutating func map(_ frame: UInt64, at page: UInt64) {
        guard let cursor = owned.run(at: frame) else { preconditionFailure("the frame is owned") }
        owned.setValue(page, at: cursor)
        pages.insert(start: page, end: page + 1, value: frame)
    }

    mutating func unmap(_ range: Range<UInt64>) {
        while let cursor = pages.firstRun(endingAbove: range.lowerBound), pages.start(cursor) < range.upperBound {
            if let frame = owned.run(at: pages.value(cursor)) { owned.setValue(0, at: frame) }
            pages.remove(cursor)
        }
    }
}
