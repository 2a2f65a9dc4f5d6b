import MemoryMap
import SeededRandom
import Testing

@testable import VirtualMemory

/// Random calls, some of which the backend lets down, held against a model that knows pages only.
@Suite struct AddressSpaceModelTests {
    private static let words: [PageProtection] = [
        .noAccess, .readOnly, .readWrite, .readWrite, .execute, .executeRead, .executeReadWrite, [.readWrite, .guardPage],
        .writeCopy, .executeWriteCopy,
    ]

    private typealias Checked = AddressSpace<CheckingBackend>

    /// A window of 1 MiB, everything above which is taken, without the backend's seeing it.
    private func makeSpace() -> Checked {
        var space = Checked(platform: .x86, backend: CheckingBackend())
        let end = PageModel.address(PageModel.pageCount)
        let top = space.partitions.user.last.rawValue + 1
        space.regions.add(Allocation(start: end, end: top, protection: .noAccess, kind: .privateMemory), pages: [])
        return space
    }

    private func makeSections(_ ledger: CommitLedger) throws -> [Section] {
        [
            try Section.pagingFile(
                1, byteCount: 0x6_0000, protection: .executeReadWrite, attributes: .reserve, platform: .x86, ledger: ledger),
            try Section.pagingFile(
                2, byteCount: 0x4_0000, protection: .readWrite, attributes: .commit, platform: .x86, ledger: ledger),
            try Section.file(
                SectionFile(token: 1, byteCount: 0x5_0000, access: [.read, .write, .execute]), byteCount: 0,
                protection: .executeReadWrite, attributes: .commit, ledger: ledger),
        ]
    }

    /// A random call on both; what they say of it.
    private func step(
        _ random: inout SeededGenerator, _ space: inout Checked, _ model: inout PageModel, _ sections: [Section]
    ) -> (found: NTStatus?, expected: NTStatus?, call: String) {
        let first = random.below(PageModel.pageCount)
        var range = first..<min(first + 1 + random.below(random.oneIn(3) ? 60 : 6), PageModel.pageCount)
        // Often what lies in one allocation.
        if random.chance(50) { range = range.clamped(to: model.extent(first)) }
        // Not on the boundary of a page, which does not matter where bytes are rounded.
        let slack = UInt64(random.below(2) * 0x123)
        let base = PageModel.address(first)
        let size = UInt64(range.count) * 0x1000
        let word = random.pick(Self.words)
        let isPrivate = !word.isCopyOnWrite
        switch random.below(20) {
        case 0, 1:
            let commits = random.chance(50)
            let found = status { () throws(NTStatus) in
                try space.allocate(base + slack, size - slack, commits ? [.reserve, .commit] : .reserve, word)
            }
            let expected =
                isPrivate
                ? model.reserve(range, word, commits: commits, placeholder: false) : NTStatus.invalidPageProtection
            return (found, expected, "reserve \(range) \(commits)")
        case 2:
            let isTopDown = random.chance(50)
            var place: UInt64 = 0
            let found = status { () throws(NTStatus) in
                place = try space.allocate(0, size - slack, isTopDown ? [.reserve, .topDown] : .reserve)
            }
            guard let expected = model.place(range.count, isTopDown: isTopDown) else { return (found, .noMemory, "place") }
            guard found == nil else { return (found, nil, "place \(range.count)") }
            #expect(place == PageModel.address(expected))
            _ = model.reserve(expected..<expected + range.count, .readWrite, commits: false, placeholder: false)
            return (found, nil, "place \(range.count)")
        case 3, 4:
            let found = status { () throws(NTStatus) in
                try space.allocate(base, size, [.reserve, .reservePlaceholder], .noAccess, extended: true)
            }
            return (found, model.reserve(range, .noAccess, commits: false, placeholder: true), "placeholder \(range)")
        case 5...7:
            let found = status { () throws(NTStatus) in try space.allocate(base + slack, size - slack, .commit, word) }
            return (found, model.commit(range, word), "commit \(range)")
        case 8:
            let found = status { () throws(NTStatus) in try space.free(base + slack, size - slack, .decommit) }
            return (found, model.free(range, isWhole: false, .decommit), "decommit \(range)")
        case 9:
            let isWhole = random.chance(60)
            let type = random.pick([FreeType.release, .release, .decommit])
            let found = status { () throws(NTStatus) in try space.free(base, isWhole ? 0 : size, type) }
            return (found, model.free(range, isWhole: isWhole, type), "free \(range) \(isWhole)")
        case 10...12:
            let found = status { () throws(NTStatus) in try space.protect(base + slack, size - slack, word) }
            return (found, model.protect(range, word), "protect \(range)")
        case 13:
            // Mostly whole allocations, which random ranges rarely are.
            let type: FreeType = random.chance(50) ? [.release, .preservePlaceholder] : [.release, .coalescePlaceholders]
            let exact = exactRange(range, model, &random)
            let found = status { () throws(NTStatus) in
                try space.free(PageModel.address(exact.lowerBound), UInt64(exact.count) * 0x1000, type)
            }
            return (found, model.free(exact, isWhole: false, type), "\(type) \(exact)")
        case 14:
            let exact = exactRange(range, model, &random)
            let commits = random.chance(50)
            let type: AllocationType = commits ? [.reserve, .commit, .replacePlaceholder] : [.reserve, .replacePlaceholder]
            let found = status { () throws(NTStatus) in
                try space.allocate(PageModel.address(exact.lowerBound), UInt64(exact.count) * 0x1000, type, extended: true)
            }
            return (found, model.replace(exact, .readWrite, commits: commits), "replace \(exact)")
        case 15, 16:
            return mapView(range, word, &random, &space, &model, sections)
        case 17:
            let preserves = random.chance(50)
            let found = status { () throws(NTStatus) in
                try space.unmapView(VirtualAddress(base + slack), preserves ? .preservePlaceholder : [])
            }
            return (found, model.unmap(first, preserves: preserves), "unmap \(first)")
        default:
            let kind = random.pick(AccessKind.allCases)
            var outcome: AccessOutcome?
            let found = status { () throws(NTStatus) in outcome = try space.touch(VirtualAddress(base + slack), kind) }
            if found == nil { #expect(outcome == model.touch(first, kind), "\(kind)") }
            return (found, nil, "touch \(first)")
        }
    }

    private func exactRange(_ range: Range<Int>, _ model: PageModel, _ random: inout SeededGenerator) -> Range<Int> {
        guard random.chance(80), let owner = model.pages[range.lowerBound]?.owner, let first = model.pagesOf(owner).first else {
            return range
        }
        var end = first + model.pagesOf(owner).count
        // Sometimes the neighbour as well.
        if random.chance(50), end < PageModel.pageCount, let next = model.pages[end]?.owner { end += model.pagesOf(next).count }
        return first..<end
    }

    private func mapView(
        _ range: Range<Int>, _ word: PageProtection, _ random: inout SeededGenerator, _ space: inout Checked,
        _ model: inout PageModel, _ sections: [Section]
    ) -> (found: NTStatus?, expected: NTStatus?, call: String) {
        let index = random.below(sections.count)
        let replaces = random.chance(40)
        let place = replaces ? exactRange(range, model, &random) : range
        let first = replaces ? place.lowerBound : place.lowerBound / 16 * 16
        let offset = random.below(3) * 16
        let count = min(place.count, model.sections[index].pages - offset, PageModel.pageCount - first)
        var request = ViewRequest(section: sections[index], protection: word)
        request.base = VirtualAddress(PageModel.address(first))
        request.offset = UInt64(offset) * 0x1000
        request.byteCount = UInt64(count) * 0x1000
        request.type = replaces ? .replacePlaceholder : []
        let found = status { () throws(NTStatus) in try space.mapView(request).isAtBase }
        let call = "map \(index) at \(first) \(count) \(replaces)"
        if word.contains(.guardPage) { return (found, .invalidPageProtection, call) }
        guard word != .execute, PageModel.rights(word).isSubset(of: PageModel.rights(sections[index].protection)) else {
            return (found, .sectionProtection, call)
        }
        return (found, model.map(index, offset, first..<first + count, word, replaces: replaces), call)
    }

    private func compare(_ space: borrowing Checked, _ model: PageModel, _ message: String) {
        for (page, expected) in model.queries.enumerated() {
            let found = space.regions.query(PageModel.address(page))
            if found != expected {
                Issue.record("page \(page) \(message): \(String(describing: found)) for \(expected)")
                return
            }
        }
        #expect(space.ledger.charge == model.charge, "\(message)")
        #expect(space.regions.tree.damage().map { "\($0)" } == nil, "\(message)")
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func agreesWithPageByPageModel(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var space = makeSpace()
        let sections = try makeSections(space.ledger)
        var model = PageModel()
        model.sections = [
            .init(pages: 0x60, isReserved: true, isFile: false), .init(pages: 0x40, isReserved: false, isFile: false),
            .init(pages: 0x50, isReserved: false, isFile: true),
        ]
        // Some of it is there before any view is: views to come have to tell the backend.
        sections[0].commit(0x8000..<0x2_0000)
        model.sections[0].committed = Set(8..<32)
        var done = 0
        for number in 0..<1200 {
            let modelBefore = model
            if random.oneIn(12) { space.backend.budget = 0 }
            let failures = space.backend.failures
            let (found, expected, call) = step(&random, &space, &model, sections)
            space.backend.budget = nil
            if space.backend.failures > failures, found == .noMemory {
                // The call was let down: it is as if it had not been made.
                model = modelBefore
            } else {
                #expect(found == expected, "step \(number) \(call)")
                if found == nil { done += 1 }
            }
            if number % 16 == 0 || call.hasPrefix("map") { comparePages(space) }
            if number % 8 == 0 || found != expected { compare(space, model, "step \(number) \(call)") }
        }
        #expect(done > 150)
        compare(space, model, "end")
        comparePages(space)
        try drain(&space)
    }

    /// What the backend allows is never more than what the bookkeeping says.
    private func comparePages(_ space: borrowing Checked) {
        for page in 0..<PageModel.pageCount {
            let address = PageModel.address(page)
            guard let block = space.regions.query(address) else { continue }
            let held = space.backend.pages[address]
            #expect((held == nil) == (block.state == .free))
            if block.state == .committed, block.type == .privateMemory { #expect(held?.protection == block.protection) }
            // A page that has its copy may be told again to make one.
            if block.state == .committed, block.type == .mapped {
                #expect(held?.protection == block.protection || held?.protection.afterCopy == block.protection)
            }
            if block.state == .reserved, block.type == .mapped { #expect(held?.protection.isEmpty == true) }
            if block.state == .reserved, block.type == .privateMemory { #expect(held?.protection.isEmpty == true) }
        }
    }

    /// Nothing is left of an address space once all of it is given back.
    private func drain(_ space: inout Checked) throws {
        for page in 0..<PageModel.pageCount {
            let address = VirtualAddress(PageModel.address(page))
            guard let block = space.regions.query(address.rawValue), let base = block.allocationBase else { continue }
            if block.type == .mapped { try space.unmapView(base) } else { try space.free(base, byteCount: 0, .release) }
        }
        #expect(space.backend.pages.isEmpty)
        #expect(space.regions.tree.count == 1)
        #expect(space.regions.copied.isEmpty && space.regions.touched.isEmpty && space.regions.views.allSatisfy { $0 == nil })
    }
}
