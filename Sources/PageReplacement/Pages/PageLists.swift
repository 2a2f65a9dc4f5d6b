/// Several lists over one population of pages, each page in at most one of them.
///
/// The links are arrays over all pages, so that no operation allocates and every one is O(1).
struct PageLists {
    private static let none = UInt32.max
    private static let noList = UInt8.max

    private var next: [UInt32]
    private var previous: [UInt32]
    private var owner: [UInt8]
    private var heads: [UInt32]
    private var tails: [UInt32]
    private var counts: [Int]

    /// Makes `lists` empty lists over pages 0 up to `pages`.
    init(pages: Int, lists: Int = 1) {
        precondition(lists < Int(Self.noList), "a list's number fits a byte")
        next = Array(repeating: Self.none, count: pages)
        previous = next
        owner = Array(repeating: Self.noList, count: pages)
        heads = Array(repeating: Self.none, count: lists)
        tails = heads
        counts = Array(repeating: 0, count: lists)
    }

    /// How many pages a list holds.
    func count(_ list: Int = 0) -> Int { counts[list] }

    /// The list that holds a page, if one does.
    func list(of page: PageIndex) -> Int? {
        let list = owner[page.position]
        return list == Self.noList ? nil : Int(list)
    }

    /// Whether any list holds the page.
    func contains(_ page: PageIndex) -> Bool { owner[page.position] != Self.noList }

    /// The page that entered a queue first.
    func back(_ list: Int = 0) -> PageIndex? { page(tails[list]) }

    /// The page that entered a queue last.
    func front(_ list: Int = 0) -> PageIndex? { page(heads[list]) }

    /// The neighbour of a page on the side of the front.
    func towardsFront(_ page: PageIndex) -> PageIndex? { self.page(previous[page.position]) }

    /// Puts a page that is in no list at the front.
    mutating func pushFront(_ page: PageIndex, _ list: Int = 0) {
        precondition(!contains(page), "a page is in at most one list")
        let head = heads[list]
        next[page.position] = head
        previous[page.position] = Self.none
        if head == Self.none { tails[list] = page.rawValue } else { previous[Int(head)] = page.rawValue }
        heads[list] = page.rawValue
        owner[page.position] = UInt8(list)
        counts[list] += 1
    }

    /// Takes a page out of the list that holds it; does nothing when none does.
    mutating func remove(_ page: PageIndex) {
        guard let list = list(of: page) else { return }
        let (before, after) = (previous[page.position], next[page.position])
        if before == Self.none { heads[list] = after } else { next[Int(before)] = after }
        if after == Self.none { tails[list] = before } else { previous[Int(after)] = before }
        owner[page.position] = Self.noList
        counts[list] -= 1
    }

    /// Takes the page at the back.
    mutating func popBack(_ list: Int = 0) -> PageIndex? {
        guard let page = back(list) else { return nil }
        remove(page)
        return page
    }

    /// Puts a page at the front of a list, out of whichever list holds it now.
    mutating func moveToFront(_ page: PageIndex, _ list: Int = 0) {
        remove(page)
        pushFront(page, list)
    }

    private func page(_ link: UInt32) -> PageIndex? { link == Self.none ? nil : PageIndex(rawValue: link) }
}
