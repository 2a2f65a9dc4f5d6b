import MemoryMap
public import UEFIMemory

/// Random calls of the memory services, compared with a model that knows what each page is.
///
/// It runs wherever the services do, inside a firmware too: it takes the services over, and allocates a byte a page of their memory.
public struct ServicesSelfTest: ~Copyable {
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

    private var memory: MemoryServices
    private var state: UInt64
    private var calls: UInt64 = 0

    /// What each page was given out as: 0 for nothing, else 1 and the number of a type.
    private var pages: [UInt8]
    private var allocations: [Allocation] = []
    private let first: UInt64

    /// Takes services over that manage one range, all of it free.
    public init(_ memory: consuming MemoryServices, on range: PhysicalRange, seed: UInt64) {
        first = range.start.rawValue / PageCount.pageSize
        pages = [UInt8](repeating: 0, count: Int(range.pages.rawValue))
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
            let map = digestOfMap()
            switch random(8) {
            case 0...2: try allocatePages()
            case 3: try allocatePool()
            case 4...6: try free()
            default: try misuse()
            }
            if (digestOfMap() != map) != (memory.mapKey != key) { throw mismatch(.key) }
            if calls % 256 == 0 { try compare() }
        }
        try compare()
    }

    private func mismatch(_ what: Difference) -> Mismatch { Mismatch(call: calls, what: what) }

    /// A number that all but certainly differs between two maps.
    private func digestOfMap() -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        memory.forEachRegion { region in
            for word in [region.start.rawValue, region.pages.rawValue, UInt64(region.type.rawValue)] {
                digest = (digest ^ word) &* 0x100_0000_01B3
                digest ^= digest >> 29
            }
        }
        return digest
    }

    /// Whether the map has the pages as free memory.
    private func isFree(_ page: UInt64, _ count: UInt64) -> Bool {
        var isFree = false
        memory.forEachRegion { region in
            let start = region.start.rawValue / PageCount.pageSize - first
            if region.type == .conventional, start <= page, page + count <= start + region.pages.rawValue { isFree = true }
        }
        return isFree
    }

    /// The most pages that lie together in free memory.
    private func longestFree() -> UInt64 {
        var longest: UInt64 = 0
        memory.forEachRegion { region in
            if region.type == .conventional { longest = max(longest, region.pages.rawValue) }
        }
        return longest
    }

    private mutating func allocatePages() throws(Mismatch) {
        guard allocations.count < 1024 else { return }
        let count = 1 + random(random(16) == 0 ? 512 : 16)
        let number = Int(random(6))
        let page = random(UInt64(pages.count))
        let place = PhysicalAddress((first + page) * PageCount.pageSize)
        let placement: PagePlacement =
            switch random(3) {
            case 0: .anywhere
            case 1: .upTo(place)
            default: .at(place)
            }
        let (hasPlace, hasRoom) = (isFree(page, count), longestFree() >= count)
        let address: PhysicalAddress
        do throws(MemoryServiceError) {
            address = try memory.allocatePages(placement, Self.type(number), PageCount(count))
        } catch {
            if case .at = placement, hasPlace { throw mismatch(.refused) }
            if case .anywhere = placement, hasRoom { throw mismatch(.refused) }
            return
        }
        let start = address.rawValue / PageCount.pageSize - first
        switch placement {
        case .at(let place) where place != address: throw mismatch(.misplaced)
        case .upTo(let limit) where address.rawValue + count * PageCount.pageSize - 1 > limit.rawValue:
            throw mismatch(.misplaced)
        default: break
        }
        try take(start, count, number)
        allocations.append(Allocation(start: start, pages: count, isPool: false, address: address.rawValue))
    }

    private mutating func take(_ start: UInt64, _ count: UInt64, _ number: Int) throws(Mismatch) {
        guard start + count <= UInt64(pages.count) else { throw mismatch(.taken) }
        for page in start..<start + count where pages[Int(page)] != 0 { throw mismatch(.taken) }
        for page in start..<start + count { pages[Int(page)] = UInt8(1 + number) }
    }

    /// Pool of whole pages, so that the model knows its pages.
    private mutating func allocatePool() throws(Mismatch) {
        guard allocations.count < 1024 else { return }
        let size = 4096 + random(60_000)
        let number = Int(random(6))
        guard let address = try? memory.allocatePool(Self.type(number), byteCount: size) else {
            if longestFree() >= PageCount(roundingUp: size).rawValue { throw mismatch(.refused) }
            return
        }
        let (start, count) = (address.rawValue / PageCount.pageSize - first, PageCount(roundingUp: size).rawValue)
        try take(start, count, number)
        allocations.append(Allocation(start: start, pages: count, isPool: true, address: address.rawValue))
    }

    private mutating func free() throws(Mismatch) {
        guard !allocations.isEmpty else { return }
        let index = Int(random(UInt64(allocations.count)))
        let one = allocations[index]
        allocations[index] = allocations[allocations.count - 1]
        allocations.removeLast()
        do throws(MemoryServiceError) {
            if one.isPool {
                try memory.freePool(at: PhysicalAddress(one.address))
            } else {
                try memory.freePages(at: PhysicalAddress(one.address), PageCount(one.pages))
            }
        } catch {
            throw mismatch(.freed)
        }
        for page in one.start..<one.start + one.pages { pages[Int(page)] = 0 }
    }

    /// Gives back what is free, what belongs to the services, and allocations as what they are not.
    private mutating func misuse() throws(Mismatch) {
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
    }

    /// Pages that were given out have their type in the map; what else is not free are records, and what pools hold.
    private mutating func compare() throws(Mismatch) {
        var page = 0
        var isSame = true
        var used: UInt64 = 0
        memory.forEachRegion { region in
            if region.type != .conventional { used += region.pages.rawValue }
            for _ in 0..<region.pages.rawValue {
                guard page < pages.count else {
                    isSame = false
                    return
                }
                if pages[page] != 0, Self.type(Int(pages[page]) - 1) != region.type { isSame = false }
                page += 1
            }
        }
        guard isSame, page == pages.count, used == memory.usage.pages.rawValue else { throw mismatch(.regions) }
    }
}
