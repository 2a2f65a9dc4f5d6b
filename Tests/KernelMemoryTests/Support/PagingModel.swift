import KernelMemory
import MemoryMap
import SimulatedMachine
import Testing
import SeededRandom

/// What page tables are to say, kept as one value for each 4 KiB page of a window that crosses borders of 2 MiB, 1 GiB and 512 GiB.
struct PagingModel {
    static let base: UInt64 = 510 * gib
    static let pageCount = Int(3 * gib / 4096)

    struct Entry: Hashable {
        let physicalPage: UInt64
        let attributes: PageAttributes
    }

    static let attributes: [PageAttributes] = {
        let permissions: [PagePermissions] = [[], .write, .execute, .user, [.user, .write], [.user, .execute]]
        return permissions.flatMap { permission in
            MemoryCaching.allCases.flatMap { caching in
                [false, true].map { PageAttributes(permissions: permission, caching: caching, isGlobal: $0) }
            }
        }
    }()

    /// 0 where the page is not mapped, else the physical page in the upper bits and 1 + the number of the attributes in 8 bits.
    private var pages = [UInt64](repeating: 0, count: PagingModel.pageCount)

    func entry(_ page: Int) -> Entry? {
        guard pages.indices.contains(page), pages[page] != 0 else { return nil }
        return Entry(physicalPage: pages[page] >> 8, attributes: Self.attributes[Int(pages[page] & 0xff) - 1])
    }

    func address(of page: Int) -> VirtualAddress { VirtualAddress(Self.base + UInt64(page) * 4096) }

    func range(of pages: Range<Int>) throws -> VirtualRange {
        try virtualRange(address(of: pages.lowerBound).rawValue, UInt64(pages.count) * 4096)
    }

    var mappedCount: Int { pages.count { $0 != 0 } }

    func firstMapped(in range: Range<Int>) -> Int? { range.first { pages[$0] != 0 } }

    func firstUnmapped(in range: Range<Int>) -> Int? { range.first { pages[$0] == 0 } }

    mutating func map(_ range: Range<Int>, to target: PhysicalAddress, attributes: PageAttributes) {
        let number = Self.number(of: attributes)
        var physicalPage = target.rawValue / 4096
        for page in range {
            pages[page] = physicalPage << 8 | number
            physicalPage += 1
        }
    }

    mutating func unmap(_ range: Range<Int>) {
        for page in range { pages[page] = 0 }
    }

    mutating func protect(_ range: Range<Int>, attributes: PageAttributes) {
        let number = Self.number(of: attributes)
        for page in range { pages[page] = pages[page] & ~0xff | number }
    }

    private static func number(of attributes: PageAttributes) -> UInt64 {
        UInt64(Self.attributes.firstIndex(of: attributes) ?? 0) + 1
    }
}

extension PagingModel {
    static func randomAttributes(using generator: inout SeededGenerator) -> PageAttributes {
        attributes[Int.random(in: 0..<attributes.count, using: &generator)]
    }

    /// Mostly few pages close to a border, at times whole leaves of 2 MiB or 1 GiB.
    func randomPages(using generator: inout SeededGenerator) -> Range<Int> {
        let choice = Int.random(in: 0..<20, using: &generator)
        let unit = choice == 0 ? 512 * 512 : choice < 6 ? 512 : 1
        // Borders are drawn from few, so that changes meet.
        let border = unit == 512 * 512 ? 512 * 512 : 512
        let borders = Self.pageCount / border
        var start = min(Int.random(in: 0..<borders, using: &generator), borders - 1) * border
        if unit < 512 * 512 {
            let gibibytes = Self.pageCount / (512 * 512)
            start = Int.random(in: 0...gibibytes, using: &generator) * 512 * 512 + Int.random(in: -3...3, using: &generator) * 512
        }
        if unit == 1 { start += Int.random(in: -12...12, using: &generator) }
        let longest = unit == 1 ? (choice < 9 ? 1300 : 20) : unit == 512 ? 4 : 2
        let length = Int.random(in: 1...longest, using: &generator) * unit
        let first = min(max(start, 0), Self.pageCount - 1)
        return first..<min(first + length, Self.pageCount)
    }

    /// A target that leaves the largest leaf possible, or only smaller ones.
    func randomTarget(for pages: Range<Int>, using generator: inout SeededGenerator) -> PhysicalAddress {
        let granules = [gib, gib, 2 * mib, 4 * kib]
        let granule = granules[Int.random(in: 0..<granules.count, using: &generator)]
        let distance = UInt64.random(in: 0..<1024, using: &generator) * granule
        return PhysicalAddress(address(of: pages.lowerBound).rawValue - Self.base + distance)
    }

    /// Pages at the borders of a change, beside it, and anywhere.
    func probes(around pages: Range<Int>, using generator: inout SeededGenerator) -> [Int] {
        let ends = [pages.lowerBound, pages.upperBound]
        let near = ends.flatMap { end in [-513, -512, -1, 0, 1, 511, 512].map { end + $0 } }
        let inside = (0..<4).map { _ in Int.random(in: pages, using: &generator) }
        let anywhere = (0..<4).map { _ in Int.random(in: 0..<Self.pageCount, using: &generator) }
        return (near + inside + anywhere).filter { (0..<Self.pageCount).contains($0) }
    }

    /// What the processor does with a page other than the model says, for every kind of access; nil where nothing.
    func disagreement(
        at page: Int, with mmu: some SoftwareMMU, in memory: SparseMemory, offset: UInt64
    ) -> PagingDisagreement? {
        let virtual = VirtualAddress(address(of: page).rawValue + offset)
        let entry = entry(page)
        for privilege in Privilege.allCases {
            for access in MemoryAccess.allCases {
                let agrees: Bool
                do throws(TranslationFault) {
                    let translation = try mmu.translate(virtual, for: access, by: privilege, in: memory)
                    agrees = entry.map { $0.allows(translation, offset: offset, for: access, by: privilege) } ?? false
                } catch {
                    agrees = entry.map { $0.refuses(error) } ?? (error.cause == .notPresent)
                }
                if !agrees { return PagingDisagreement(address: virtual, access: access, privilege: privilege) }
            }
        }
        return nil
    }

    /// Whether the leaves, one after the other, say what the model says, and nothing else.
    func check<Format: PageTableFormat>(leavesOf tables: borrowing PageTables<Format, SparseMemory, FramePool>) throws {
        var previous: VirtualAddress?
        var mapped = 0
        var wrong = 0
        try tables.forEachLeaf { leaf in
            if let previous, leaf.range.start <= previous { wrong += 1 }
            previous = leaf.range.last
            let first = Int(leaf.range.start.rawValue - Self.base) / 4096
            let number = Self.number(of: leaf.attributes)
            var value = (leaf.physicalAddress.rawValue / 4096) << 8 | number
            for page in first..<first + Int(leaf.size.byteCount / 4096) {
                if pages[page] != value { wrong += 1 }
                value += 0x100
                mapped += 1
            }
        }
        #expect(wrong == 0)
        #expect(mapped == mappedCount)
    }
}

/// An access that a processor judged other than the model.
struct PagingDisagreement: Hashable {
    let address: VirtualAddress
    let access: MemoryAccess
    let privilege: Privilege
}

extension PagingModel.Entry {
    fileprivate func allows(
        _ translation: AddressTranslation, offset: UInt64, for access: MemoryAccess, by privilege: Privilege
    ) -> Bool {
        translation.physicalAddress.rawValue == physicalPage << 12 | offset
            && translation.memoryType == attributes.caching.translated && translation.isGlobal == attributes.isGlobal
            && attributes.permissions.mustNotRefuse(access, by: privilege) != false
    }

    fileprivate func refuses(_ fault: TranslationFault) -> Bool {
        fault.cause == .permission && attributes.permissions.mustNotRefuse(fault.access, by: fault.privilege) != true
    }
}

extension PagePermissions {
    /// Whether the access has to get through (true) or to fail (false); nil where the architectures differ.
    func mustNotRefuse(_ access: MemoryAccess, by privilege: Privilege) -> Bool? {
        switch (privilege, access) {
        case (.user, .read): contains(.user)
        case (.user, .write): contains([.user, .write])
        case (.user, .execute): contains([.user, .execute])
        case (.supervisor, .read): true
        case (.supervisor, .write): contains(.write)
        case (.supervisor, .execute): contains(.user) ? (contains(.execute) ? nil : false) : contains(.execute)
        }
    }
}

extension MemoryCaching {
    var translated: TranslatedMemoryType {
        switch self {
        case .writeBack: .writeBack
        case .writeThrough: .writeThrough
        case .writeCombining: .writeCombining
        case .uncacheable: .uncacheable
        }
    }
}
