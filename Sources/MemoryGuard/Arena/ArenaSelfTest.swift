import MemoryMap

/// Random calls of the services of an arena, compared with a model that knows what each page is.
///
/// It runs wherever the services do, inside a firmware too: it takes the arena over, and allocates two bytes a page.
public struct ArenaSelfTest: ~Copyable {
    /// Where the services and their model part.
    public struct Mismatch: Error, Hashable, Sendable {
        /// The number of the call, from 1.
        public let call: UInt64
        public let what: Difference
    }

    /// What went wrong.
    public enum Difference: Hashable, Sendable {
        case taken, refused, misplaced, freed, accepted, key, regions

        public var text: StaticString {
            switch self {
            case .taken: "memory was given out that is in use"
            case .refused: "an allocation was refused although there is room"
            case .misplaced: "an allocation lies outside of where it was wanted"
            case .freed: "an allocation could not be given back"
            case .accepted: "memory was given back that nobody had"
            case .key: "the key did not change with the map, or changed without it"
            case .regions: "the map is not what was allocated"
            }
        }
    }

    private struct Allocation {
        var start: UInt64
        var pages: UInt64
        var isPool: Bool
        var address: UInt64
    }

    private var memory: ArenaMemory
    private var state: UInt64
    private var calls: UInt64 = 0

    /// What each page is: 0 free, 1 of the services themselves, else 2 and the number of a type.
    private var pages: [UInt8]
    private var allocations: [Allocation] = []
    private let first: UInt64

    public init(_ memory: consuming ArenaMemory, seed: UInt64) {
        first = memory.range.start.rawValue / PageCount.pageSize
        pages = [UInt8](repeating: 0, count: Int(memory.range.pages.rawValue))
        for page in 0..<Int(memory.bookkeepingPages) { pages[page] = 1 }
        state = seed | 1
        self.memory = memory
        allocations.reserveCapacity(1024)
    }

    /// The types that are used, by their numbers in the model.
    private static func type(_ index: Int) -> MemoryType {
        switch index {
        case 0: .loaderCode
        case 1: .loaderData
        case 2: .bootServicesData
        case 3: .acpiReclaim
        case 4: .unusable
        default: MemoryType(0x8000_0000)
        }
    }

    private mutating func random(_ bound: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state % bound
    }

    /// Makes a number of calls.
    ///
    /// - Throws: the first mismatch.
    public mutating func run(calls count: UInt32) throws(Mismatch) {
        for _ in 0..<count {
            calls += 1
            let key = memory.mapKey
            let isChanged: Bool
            switch random(8) {
            case 0...2: isChanged = try allocatePages()
            case 3: isChanged = try allocatePool()
            case 4...6: isChanged = try free()
            default: isChanged = try misuse()
            }
            if isChanged, memory.mapKey == key { throw mismatch(.key) }
            if !isChanged, memory.mapKey != key { throw mismatch(.key) }
            if calls % 256 == 0 { try compare() }
        }
        try compare()
    }

    private func mismatch(_ what: Difference) -> Mismatch { Mismatch(call: calls, what: what) }

    private func isFree(_ page: UInt64, _ count: UInt64) -> Bool {
        guard page + count <= UInt64(pages.count) else { return false }
        for index in page..<page + count where pages[Int(index)] != 0 { return false }
        return true
    }

    private mutating func allocatePages() throws(Mismatch) -> Bool {
        guard allocations.count < 1024 else { return false }
        let count = 1 + random(random(16) == 0 ? 512 : 16)
        let number = Int(random(6))
        let page = random(UInt64(pages.count))
        let place = PhysicalAddress((first + page) * PageCount.pageSize)
        let placement: PagePlacement =
            switch random(3) {
            case 0: .anywhere
            case 1: .below(place)
            default: .at(place)
            }
        let address: PhysicalAddress
        do throws(ArenaError) {
            address = try memory.allocatePages(PageCount(count), type: Self.type(number), placement)
        } catch {
            if case .at = placement, isFree(page, count) { throw mismatch(.refused) }
            if case .anywhere = placement, longestFree() >= count { throw mismatch(.refused) }
            return false
        }
        let start = address.rawValue / PageCount.pageSize - first
        switch placement {
        case .at(let place) where place != address: throw mismatch(.misplaced)
        case .below(let limit) where address.rawValue + count * PageCount.pageSize - 1 > limit.rawValue:
            throw mismatch(.misplaced)
        default: break
        }
        try take(start, count, number)
        allocations.append(Allocation(start: start, pages: count, isPool: false, address: address.rawValue))
        return true
    }

    private func longestFree() -> UInt64 {
        var (longest, run): (UInt64, UInt64) = (0, 0)
        for page in pages {
            run = page == 0 ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    private mutating func take(_ start: UInt64, _ count: UInt64, _ number: Int) throws(Mismatch) {
        guard isFree(start, count) else { throw mismatch(.taken) }
        for page in start..<start + count { pages[Int(page)] = UInt8(2 + number) }
    }

    /// Pool of whole pages, so that the model knows its pages.
    private mutating func allocatePool() throws(Mismatch) -> Bool {
        guard allocations.count < 1024 else { return false }
        let size = 4096 + random(60_000)
        let number = Int(random(6))
        guard let address = try? memory.allocatePool(byteCount: size, type: Self.type(number)) else {
            if longestFree() >= PageCount(roundingUp: size).rawValue { throw mismatch(.refused) }
            return false
        }
        let (start, count) = (address.rawValue / PageCount.pageSize - first, PageCount(roundingUp: size).rawValue)
        try take(start, count, number)
        allocations.append(Allocation(start: start, pages: count, isPool: true, address: address.rawValue))
        return true
    }

    private mutating func free() throws(Mismatch) -> Bool {
        guard !allocations.isEmpty else { return false }
        let index = Int(random(UInt64(allocations.count)))
        let one = allocations[index]
        allocations[index] = allocations[allocations.count - 1]
        allocations.removeLast()
        do throws(ArenaError) {
            if one.isPool {
                try memory.freePool(at: PhysicalAddress(one.address))
            } else {
                try memory.freePages(at: PhysicalAddress(one.address), PageCount(one.pages))
            }
        } catch {
            throw mismatch(.freed)
        }
        for page in one.start..<one.start + one.pages { pages[Int(page)] = 0 }
        return true
    }

    /// Gives back what is free, what belongs to the services, and allocations as what they are not.
    private mutating func misuse() throws(Mismatch) -> Bool {
        let page = random(UInt64(pages.count))
        let address = PhysicalAddress((first + page) * PageCount.pageSize)
        var isPages = false
        var isPool = false
        for one in allocations where one.start <= page && page < one.start + one.pages {
            if one.isPool { isPool = one.start == page } else { isPages = true }
        }
        if !isPages, (try? memory.freePages(at: address, PageCount(1))) != nil { throw mismatch(.accepted) }
        if !isPool, (try? memory.freePool(at: address)) != nil { throw mismatch(.accepted) }
        if (try? memory.freePages(at: address, PageCount(UInt64(pages.count) + 1))) != nil { throw mismatch(.accepted) }
        return false
    }

    private mutating func compare() throws(Mismatch) {
        var page = 0
        var isSame = true
        memory.forEachExtent { _, count, type, _ in
            for _ in 0..<count.rawValue {
                guard page < pages.count else {
                    isSame = false
                    return
                }
                let expected: MemoryType =
                    switch pages[page] {
                    case 0: .conventional
                    case 1: .bootServicesData
                    default: Self.type(Int(pages[page]) - 2)
                    }
                if expected != type { isSame = false }
                page += 1
            }
        }
        guard isSame, page == pages.count else { throw mismatch(.regions) }
    }
}
