import MemoryMap

@testable import VirtualMemory

/// What address spaces are held against: every page by itself, every rule by a loop over pages. It knows no runs and no trees.
struct PageModel {
    static let pageSize: UInt64 = 0x1000
    static let firstAddress: UInt64 = 0x1_0000
    static let pageCount = 256
    static let granule = 16

    struct Page: Equatable {
        var owner: Int
        var protection: PageProtection = []
        var hasCopy = false
        var wasTouched = false
    }

    struct Owner: Equatable {
        enum Kind { case memory, placeholder, view }

        var kind: Kind
        var protection: PageProtection
        var replaced = false
        var section = -1
        var sectionPage = 0
    }

    struct Storage {
        var pages: Int
        var isReserved: Bool
        var isFile: Bool
        var committed: Set<Int> = []
    }

    var pages: [Page?] = Array(repeating: nil, count: pageCount)
    var owners: [Int: Owner] = [:]
    var sections: [Storage] = []
    private var lastOwner = 0

    static func address(_ page: Int) -> UInt64 { firstAddress + UInt64(page) * pageSize }

    mutating func newOwner(_ owner: Owner) -> Int {
        lastOwner += 1
        owners[lastOwner] = owner
        return lastOwner
    }

    func pagesOf(_ owner: Int) -> [Int] { pages.indices.filter { pages[$0]?.owner == owner } }

    /// The first page of the owner of a page, and the page after its last.
    func extent(_ page: Int) -> Range<Int> {
        let owner = pages[page]?.owner
        var (first, end) = (page, page + 1)
        while first > 0, pages[first - 1]?.owner == owner { first -= 1 }
        while end < Self.pageCount, pages[end]?.owner == owner { end += 1 }
        return first..<end
    }

    func isFree(_ range: Range<Int>) -> Bool { range.allSatisfy { pages[$0] == nil } }

    /// The owner of all pages of a range.
    func owner(_ range: Range<Int>) -> Int? {
        guard range.upperBound <= Self.pageCount, let owner = pages[range.lowerBound]?.owner else { return nil }
        return range.allSatisfy { pages[$0]?.owner == owner } ? owner : nil
    }

    func sectionPage(_ page: Int) -> (section: Int, page: Int)? {
        guard let id = pages[page]?.owner, let owner = owners[id], owner.kind == .view else { return nil }
        return (owner.section, owner.sectionPage + page - extent(page).lowerBound)
    }

    func protection(_ page: Int) -> PageProtection {
        guard let state = pages[page] else { return .noAccess }
        if let (section, inSection) = sectionPage(page), sections[section].isReserved,
            !sections[section].committed.contains(inSection)
        {
            return []
        }
        return state.protection
    }

    func isCommitted(_ page: Int) -> Bool { pages[page] != nil && !protection(page).isEmpty }

    /// What queries of all pages say, but for free pages beyond the last one.
    var queries: [MemoryBasicInformation] {
        let protections = pages.indices.map(protection)
        var ends = Array(repeating: Self.pageCount, count: Self.pageCount)
        for page in pages.indices.dropLast().reversed() {
            let isAlike = pages[page]?.owner == pages[page + 1]?.owner && protections[page] == protections[page + 1]
            ends[page] = isAlike ? ends[page + 1] : page + 1
        }
        return pages.indices.map { page in
            let base = VirtualAddress(Self.address(page))
            let byteCount = UInt64(ends[page] - page) * Self.pageSize
            guard let id = pages[page]?.owner, let owner = owners[id] else {
                return MemoryBasicInformation(
                    base: base, allocationBase: nil, allocationProtection: [], byteCount: byteCount, state: .free,
                    protection: .noAccess, type: .free)
            }
            return MemoryBasicInformation(
                base: base, allocationBase: VirtualAddress(Self.address(extent(page).lowerBound)),
                allocationProtection: owner.protection, byteCount: byteCount,
                state: protections[page].isEmpty ? .reserved : .committed, protection: protections[page],
                type: owner.kind == .view ? .mapped : .privateMemory)
        }
    }

    var charge: UInt64 {
        var total = 0
        for (page, state) in pages.enumerated() {
            guard let state, let owner = owners[state.owner] else { continue }
            if owner.kind == .view ? owner.protection.isCopyOnWrite : isCommitted(page) { total += 1 }
        }
        for section in sections where !section.isFile { total += section.isReserved ? section.committed.count : section.pages }
        return UInt64(total) * Self.pageSize
    }

    mutating func forget(_ range: Range<Int>) {
        for page in range { pages[page] = nil }
        let alive = Set(pages.compactMap { $0?.owner })
        owners = owners.filter { alive.contains($0.key) }
    }

    mutating func take(_ range: Range<Int>, _ owner: Owner, _ protection: PageProtection) {
        let id = newOwner(owner)
        for page in range { pages[page] = Page(owner: id, protection: protection) }
    }
}

// MARK: Calls

extension PageModel {
    mutating func reserve(_ range: Range<Int>, _ word: PageProtection, commits: Bool, placeholder: Bool) -> NTStatus? {
        let rounded = (range.lowerBound / Self.granule * Self.granule)..<range.upperBound
        guard isFree(rounded) else { return .conflictingAddresses }
        take(rounded, Owner(kind: placeholder ? .placeholder : .memory, protection: word), commits ? word : [])
        return nil
    }

    /// The place of a reservation that names none.
    func place(_ size: Int, isTopDown: Bool) -> Int? {
        let places = stride(from: 0, through: Self.pageCount - size, by: Self.granule).filter { isFree($0..<$0 + size) }
        return isTopDown ? places.last : places.first
    }

    mutating func commit(_ range: Range<Int>, _ word: PageProtection) -> NTStatus? {
        guard let id = owner(range), let owner = owners[id] else { return .conflictingAddresses }
        switch owner.kind {
        case .placeholder: return .conflictingAddresses
        case .memory:
            guard !word.isCopyOnWrite else { return .invalidPageProtection }
            for page in range { pages[page]?.protection = word }
        case .view:
            guard !sections[owner.section].isFile else { return .alreadyCommitted }
            guard Self.rights(word).isSubset(of: Self.rights(owner.protection)) else { return .sectionProtection }
            setView(range, word)
            for page in range {
                if let (section, inSection) = sectionPage(page), sections[section].isReserved {
                    sections[section].committed.insert(inSection)
                }
            }
        }
        return nil
    }

    private mutating func setView(_ range: Range<Int>, _ word: PageProtection) {
        for page in range {
            let isWritable = word.isCopyOnWrite && pages[page]?.hasCopy == true
            pages[page]?.protection = isWritable ? Self.written(word) : word
        }
    }

    static func written(_ word: PageProtection) -> PageProtection {
        switch word {
        case .writeCopy: .readWrite
        case .executeWriteCopy: .executeReadWrite
        default: word
        }
    }

    static func rights(_ word: PageProtection) -> Set<AccessKind> {
        switch word.base {
        case .noAccess: []
        case .readOnly, .writeCopy: [.read]
        case .readWrite: [.read, .write]
        case .execute: [.execute]
        case .executeRead, .executeWriteCopy: [.read, .execute]
        default: [.read, .write, .execute]
        }
    }

    mutating func free(_ range: Range<Int>, isWhole: Bool, _ type: FreeType) -> NTStatus? {
        if type.contains(.coalescePlaceholders) { return coalesce(range) }
        guard let id = pages[range.lowerBound]?.owner, let owner = owners[id] else { return .memoryNotAllocated }
        let all = pagesOf(id)
        let isOwned = self.owner(range) == id
        if type.contains(.preservePlaceholder) {
            guard isOwned else { return .conflictingAddresses }
            let isAll = all.count == range.count
            switch owner.kind {
            case .placeholder:
                guard !isAll else { return .conflictingAddresses }
                separate(range, from: id)
                take(range, Owner(kind: .placeholder, protection: .noAccess), [])
            case .view: return .unableToDeleteSection
            case .memory:
                guard isAll, owner.replaced else { return .conflictingAddresses }
                forget(range)
                take(range, Owner(kind: .placeholder, protection: .noAccess), [])
            }
            return nil
        }
        guard owner.kind != .view else { return .unableToDeleteSection }
        guard !isWhole || all.first == range.lowerBound else { return .freeVMNotAtBase }
        guard isWhole || isOwned else { return .unableToFreeVM }
        let freed = isWhole ? range.lowerBound..<range.lowerBound + all.count : range
        if type == .decommit {
            guard owner.kind != .placeholder else { return .conflictingAddresses }
            for page in freed { pages[page] = Page(owner: id) }
        } else {
            separate(freed, from: id)
            forget(freed)
        }
        return nil
    }

    /// What lies behind a range becomes an allocation of its own.
    private mutating func separate(_ range: Range<Int>, from id: Int) {
        guard let owner = owners[id] else { return }
        let tail = pagesOf(id).filter { $0 >= range.upperBound }
        guard !tail.isEmpty else { return }
        let new = newOwner(owner)
        for page in tail { pages[page]?.owner = new }
    }

    private mutating func coalesce(_ range: Range<Int>) -> NTStatus? {
        let ids = Set(range.compactMap { pages[$0]?.owner })
        guard isWhollyOwned(range, ids), ids.count >= 2, ids.allSatisfy({ owners[$0]?.kind == .placeholder }) else {
            return .conflictingAddresses
        }
        forget(range)
        take(range, Owner(kind: .placeholder, protection: .noAccess), [])
        return nil
    }

    private func isWhollyOwned(_ range: Range<Int>, _ ids: Set<Int>) -> Bool {
        range.allSatisfy { pages[$0] != nil } && ids.allSatisfy { pagesOf($0).allSatisfy(range.contains) }
    }

    mutating func replace(_ range: Range<Int>, _ word: PageProtection, commits: Bool) -> NTStatus? {
        guard let id = owner(range), owners[id]?.kind == .placeholder, pagesOf(id).count == range.count else {
            return .conflictingAddresses
        }
        forget(range)
        take(range, Owner(kind: .memory, protection: word, replaced: true), commits ? word : [])
        return nil
    }

    mutating func protect(_ range: Range<Int>, _ word: PageProtection) -> NTStatus? {
        guard let id = owner(range), let owner = owners[id] else { return .conflictingAddresses }
        switch owner.kind {
        case .placeholder: return .notCommitted
        case .memory: guard !word.isCopyOnWrite else { return .invalidPageProtection }
        case .view:
            guard Self.rights(word).isSubset(of: Self.rights(owner.protection)) else { return .sectionProtection }
        }
        guard range.allSatisfy(isCommitted) else { return .notCommitted }
        if owner.kind == .view { setView(range, word) } else { for page in range { pages[page]?.protection = word } }
        return nil
    }

    mutating func map(
        _ section: Int, _ sectionPage: Int, _ range: Range<Int>, _ word: PageProtection, replaces: Bool
    ) -> NTStatus? {
        let owner = Owner(kind: .view, protection: word, replaced: replaces, section: section, sectionPage: sectionPage)
        if replaces {
            guard let id = self.owner(range), owners[id]?.kind == .placeholder, pagesOf(id).count == range.count else {
                return .conflictingAddresses
            }
            forget(range)
        } else {
            guard isFree(range) else { return .conflictingAddresses }
        }
        take(range, owner, word)
        return nil
    }

    mutating func unmap(_ page: Int, preserves: Bool) -> NTStatus? {
        guard let id = pages[page]?.owner, let owner = owners[id], owner.kind == .view else { return .notMappedView }
        guard !preserves || owner.replaced else { return .conflictingAddresses }
        let all = pagesOf(id)
        forget(all[0]..<all[0] + all.count)
        if preserves { take(all[0]..<all[0] + all.count, Owner(kind: .placeholder, protection: .noAccess), []) }
        return nil
    }

    mutating func touch(_ page: Int, _ kind: AccessKind) -> AccessOutcome {
        guard isCommitted(page), let state = pages[page], let owner = owners[state.owner] else { return .accessViolation }
        if state.protection.contains(.guardPage) {
            pages[page]?.protection.remove(.guardPage)
            return .guardViolation
        }
        let isCopying = kind == .write && state.protection.isCopyOnWrite
        let canRead = state.protection == .execute && kind == .read
        guard Self.rights(state.protection).contains(kind) || isCopying || canRead else { return .accessViolation }
        pages[page]?.wasTouched = true
        if isCopying {
            pages[page]?.protection = Self.written(state.protection)
            pages[page]?.hasCopy = true
            return .copyOnWrite
        }
        if state.wasTouched { return .ready }
        return owner.kind == .view ? .demandRead : .demandZero
    }
}
