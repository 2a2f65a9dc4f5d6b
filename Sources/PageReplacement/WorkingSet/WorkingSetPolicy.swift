/// Strata's main policy: a working set whose pages age, a modified list with a writer behind it, and a standby list from which
/// frames are taken last of all.
///
/// The way of the Windows memory manager: trimming a page from the working set only moves it to a list; a use before its frame
/// is given away is a soft fault, which costs no disk access. Aging uses accessed bits alone, as hardware gives them.
///
/// A reference is O(1) but for the aging and trimming passes, which walk the working set.
public struct WorkingSetPolicy: PageReplacementPolicy {
    static let workingSet = 0
    static let standby = 1
    static let modified = 2

    /// The age at which a page no longer grows older.
    static let oldestAge: UInt8 = 7

    /// When the policy acts.
    public let settings: WorkingSetSettings

    let frames: Int
    var lists: PageLists
    var ages: [UInt8]
    var accessed: [Bool]
    /// How many pages of the working set have each age.
    var population: [Int]
    private var sinceAging = 0

    /// The usual settings for this many frames.
    public init(frames: Int, pages: Int) {
        self.init(frames: frames, pages: pages, settings: WorkingSetSettings(frames: frames))
    }

    public init(frames: Int, pages: Int, settings: WorkingSetSettings) {
        self.frames = frames
        self.settings = settings
        lists = PageLists(pages: pages, lists: 3)
        ages = Array(repeating: 0, count: pages)
        accessed = Array(repeating: false, count: pages)
        population = Array(repeating: 0, count: Int(Self.oldestAge) + 1)
    }

    /// Pages in the working set.
    public var workingSetCount: Int { lists.count(Self.workingSet) }
    /// Clean pages outside it that are still in RAM.
    public var standbyCount: Int { lists.count(Self.standby) }
    /// Dirty pages outside it that wait to be written.
    public var modifiedCount: Int { lists.count(Self.modified) }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        sinceAging += 1
        if sinceAging >= settings.agingInterval { age() }
        switch lists.list(of: page) {
        case Self.workingSet:
            accessed[page.position] = true
            return .hit
        case nil:
            if ledger.isFull { giveAwayOldestStandby(&ledger) }
            ledger.load(page)
            enter(page)
            balance(&ledger)
            return .fault
        default:
            lists.remove(page)
            enter(page)
            balance(&ledger)
            return .softFault
        }
    }

    public mutating func withdraw(_ page: PageIndex) {
        if lists.list(of: page) == Self.workingSet { population[Int(ages[page.position])] -= 1 }
        lists.remove(page)
    }

    private mutating func enter(_ page: PageIndex) {
        lists.pushFront(page, Self.workingSet)
        ages[page.position] = 0
        population[0] += 1
        accessed[page.position] = false
    }

    private mutating func giveAwayOldestStandby(_ ledger: inout PageLedger) {
        if lists.count(Self.standby) == 0 {
            if lists.count(Self.modified) == 0 { trim(1, sparing: nil, &ledger) }
            writeModified(&ledger)
        }
        if let oldest = lists.popBack(Self.standby) { ledger.evict(oldest) }
    }

    /// Keeps frames in reserve: trims when too few are free or on standby, and writes when too many are modified.
    private mutating func balance(_ ledger: inout PageLedger) {
        let newest = lists.front(Self.workingSet)
        var available = frames - ledger.residents + lists.count(Self.standby)
        if available < settings.fewestAvailable {
            let wanted = settings.wantedAvailable - available
            if lists.count(Self.modified) < wanted {
                trim(wanted - lists.count(Self.modified), sparing: newest, &ledger)
            }
            available = frames - ledger.residents + lists.count(Self.standby)
            if available < settings.fewestAvailable { writeModified(&ledger) }
        }
        if lists.count(Self.modified) > settings.mostModified { writeModified(&ledger) }
    }

    private mutating func age() {
        sinceAging = 0
        growOlder()
    }
}
