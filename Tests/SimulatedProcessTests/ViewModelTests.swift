import KernelMemory
import MemoryMap
import PageReplacement
import PagingTestSupport
import SeededRandom
import SimulatedMachine
import SimulatedProcess
import Testing
import VirtualMemory

/// Sections, views, copies on write and placeholders on a machine with few frames and a paging file that fails now and then, held
/// against arrays of bytes.
@Suite("Random views on a simulated machine") struct ViewModelTests {
    private static let pageSize: UInt64 = 4_096
    private static let pageCount = 40

    /// What a section holds, page by page.
    private struct Storage {
        var section: Section
        var pages: [[UInt8]]
        var isCommitted: [Bool]
    }

    private enum Kind: Equatable {
        case placeholder
        case privateMemory
        case view(storage: Int, offset: Int, access: PageProtection)
    }

    private struct Region {
        var pages: Range<Int>
        var kind: Kind
    }

    /// A page of the window by itself.
    private struct Page {
        var protection: PageProtection = []
        /// Private contents: of private memory, or of a copy.
        var own: [UInt8]?
    }

    private struct Model {
        var storages: [Storage]
        var regions = [Region(pages: 0..<pageCount, kind: .placeholder)]
        var pages = [Page](repeating: Page(), count: pageCount)

        func region(of page: Int) -> Region {
            guard let region = regions.first(where: { $0.pages.contains(page) }) else {
                preconditionFailure("regions have no gaps")
            }
            return region
        }

        /// What may be done with a page; empty where nothing may.
        func protection(_ page: Int) -> PageProtection {
            guard case .view(let storage, let offset, _) = region(of: page).kind else { return pages[page].protection }
            let inSection = page - region(of: page).pages.lowerBound + offset
            return storages[storage].isCommitted[inSection] ? pages[page].protection : []
        }

        func contents(_ page: Int) -> [UInt8] {
            if let own = pages[page].own { return own }
            guard case .view(let storage, let offset, _) = region(of: page).kind else {
                return [UInt8](repeating: 0, count: Int(pageSize))
            }
            return storages[storage].pages[page - region(of: page).pages.lowerBound + offset]
        }

        mutating func write(_ bytes: [UInt8], at offset: Int, in page: Int) {
            var contents = contents(page)
            contents.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            let region = region(of: page)
            if case .view(let storage, let start, _) = region.kind, pages[page].own == nil, !pages[page].protection.isCopyOnWrite
            {
                storages[storage].pages[page - region.pages.lowerBound + start] = contents
                return
            }
            pages[page].own = contents
            if pages[page].protection == .writeCopy { pages[page].protection = .readWrite }
        }

        /// Puts regions in the place of those that have exactly their pages.
        mutating func replace(_ pages: Range<Int>, by new: [Region], protection: PageProtection = []) {
            regions.removeAll { pages.overlaps($0.pages) }
            regions += new.filter { !$0.pages.isEmpty }
            regions.sort { $0.pages.lowerBound < $1.pages.lowerBound }
            for page in pages { self.pages[page] = Page(protection: protection) }
        }
    }

    private func makeStorages(_ ledger: CommitLedger, _ file: [UInt8]) throws -> [Storage] {
        let zeros = [UInt8](repeating: 0, count: Int(Self.pageSize))
        func section(_ number: UInt64, _ attributes: SectionAttributes) throws -> Section {
            try Section.pagingFile(
                number, byteCount: 12 * Self.pageSize, protection: .readWrite, attributes: attributes, platform: .x64,
                ledger: ledger)
        }
        let ofFile = try Section.file(
            SectionFile(token: 9, byteCount: UInt64(file.count), access: [.read, .write]), byteCount: 0, protection: .readWrite,
            attributes: .commit, ledger: ledger)
        let filePages = stride(from: 0, to: file.count, by: Int(Self.pageSize)).map {
            Array((Array(file[$0...].prefix(Int(Self.pageSize))) + zeros).prefix(Int(Self.pageSize)))
        }
        return [
            Storage(
                section: try section(1, .commit), pages: Array(repeating: zeros, count: 12),
                isCommitted: Array(repeating: true, count: 12)),
            Storage(
                section: try section(2, .reserve), pages: Array(repeating: zeros, count: 12),
                isCommitted: Array(repeating: false, count: 12)),
            Storage(section: ofFile, pages: filePages, isCommitted: Array(repeating: true, count: filePages.count)),
        ]
    }

    private func exercise<Format, MMU, Policy>(
        _ process: SimulatedProcess<Format, MMU, Policy, FaultyDevice>, _ device: FaultyDevice, seed: UInt64, calls: Int
    ) throws {
        var random = SeededGenerator(seed: seed)
        let file = (0..<30_000).map { UInt8(truncatingIfNeeded: $0 / 37) }
        process.machine.provide(SectionContents(file), for: .file(9))
        var model = Model(storages: try makeStorages(process.space.ledger, file))
        var window = AllocationRequest(
            byteCount: UInt64(Self.pageCount) * Self.pageSize, type: [.reserve, .reservePlaceholder], protection: .noAccess)
        window.isExtended = true
        let base = try process.space.allocate(window).start.rawValue
        func address(_ page: Int) -> VirtualAddress { VirtualAddress(base + UInt64(page) * Self.pageSize) }
        func size(_ pages: Range<Int>) -> UInt64 { UInt64(pages.count) * Self.pageSize }
        var (failed, copies) = (0, 0)
        for _ in 0..<calls {
            let page = random.below(Self.pageCount)
            let region = model.region(of: page)
            switch (random.below(16), region.kind) {
            case (0, .placeholder) where region.pages.count > 1:
                // A part of a placeholder becomes one of its own.
                let low = region.pages.lowerBound + random.below(region.pages.count)
                let part = low..<low + 1 + random.below(region.pages.upperBound - low)
                guard part != region.pages else { continue }
                try process.space.free(address(part.lowerBound), byteCount: size(part), [.release, .preservePlaceholder])
                model.replace(
                    region.pages,
                    by: [region.pages.lowerBound..<part.lowerBound, part, part.upperBound..<region.pages.upperBound].map {
                        Region(pages: $0, kind: .placeholder)
                    })
            case (1, .placeholder):
                guard region.pages.upperBound < Self.pageCount else { continue }
                let next = model.region(of: region.pages.upperBound)
                let both = region.pages.lowerBound..<next.pages.upperBound
                do throws(NTStatus) {
                    try process.space.free(
                        address(region.pages.lowerBound), byteCount: size(both), [.release, .coalescePlaceholders])
                    #expect(next.kind == .placeholder)
                    model.replace(both, by: [Region(pages: both, kind: .placeholder)])
                } catch {
                    #expect(error == .conflictingAddresses && next.kind != .placeholder)
                }
            case (2...5, .placeholder):
                let storage = random.below(model.storages.count)
                guard region.pages.count <= model.storages[storage].pages.count else { continue }
                let offset = random.below(model.storages[storage].pages.count - region.pages.count + 1)
                let access = random.pick([.readOnly, .readWrite, .writeCopy, .writeCopy] as [PageProtection])
                var request = ViewRequest(section: model.storages[storage].section, protection: access)
                request.base = address(region.pages.lowerBound)
                request.offset = UInt64(offset) * Self.pageSize
                // The last page of a file that does not fill it is mapped as a whole, and asked for as far as it goes.
                request.byteCount = min(size(region.pages), request.section.byteCount - request.offset)
                request.type = .replacePlaceholder
                try process.space.mapView(request)
                let kind = Kind.view(storage: storage, offset: offset, access: access)
                model.replace(region.pages, by: [Region(pages: region.pages, kind: kind)], protection: access)
            case (6, .placeholder):
                var request = AllocationRequest(
                    base: address(region.pages.lowerBound), byteCount: size(region.pages),
                    type: [.reserve, .commit, .replacePlaceholder], protection: .readWrite)
                request.isExtended = true
                try process.space.allocate(request)
                model.replace(region.pages, by: [Region(pages: region.pages, kind: .privateMemory)], protection: .readWrite)
            case (0, .view):
                // Any address of the view names it.
                try process.space.unmapView(address(page), .preservePlaceholder)
                model.replace(region.pages, by: [Region(pages: region.pages, kind: .placeholder)])
            case (0, .privateMemory):
                try process.space.free(
                    address(region.pages.lowerBound), byteCount: size(region.pages), [.release, .preservePlaceholder])
                model.replace(region.pages, by: [Region(pages: region.pages, kind: .placeholder)])
            case (1, .view(_, _, let access)):
                let protection = random.pick([.readOnly, .noAccess, access, access] as [PageProtection])
                do throws(NTStatus) {
                    try process.space.protect(address(page), byteCount: Self.pageSize, protection)
                    #expect(!model.protection(page).isEmpty)
                    // A page that has its copy does not need another one.
                    let isCopied = model.pages[page].own != nil
                    model.pages[page].protection = isCopied && protection == .writeCopy ? .readWrite : protection
                } catch {
                    #expect(error == .notCommitted && model.protection(page).isEmpty)
                }
            case (2, .view(1, let offset, let access)):
                var request = AllocationRequest(
                    base: address(page), byteCount: Self.pageSize, type: .commit, protection: access)
                request.isExtended = true
                try process.space.allocate(request)
                model.storages[1].isCommitted[page - region.pages.lowerBound + offset] = true
                model.pages[page].protection = access == .writeCopy && model.pages[page].own != nil ? .readWrite : access
            case (7...10, _):
                let offset = random.below(Int(Self.pageSize) - 8)
                let bytes = (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                let place = VirtualAddress(address(page).rawValue + UInt64(offset))
                if random.oneIn(8) { device.fail(true) }
                var result = Result { () throws(ProcessFault) in try process.write(bytes, at: place) }
                device.fail(false)
                if case .failure(let fault) = result, fault.mayBeTriedAgain {
                    failed += 1
                    result = Result { () throws(ProcessFault) in try process.write(bytes, at: place) }
                }
                switch result {
                case .success:
                    try #require(model.protection(page).allowsWriting)
                    if model.pages[page].protection == .writeCopy { copies += 1 }
                    model.write(bytes, at: offset, in: page)
                case .failure(let fault):
                    try #require(fault == .accessViolation(place, .write))
                    try #require(!model.protection(page).allowsWriting)
                }
            default:
                let found = Result { () throws(ProcessFault) in try process.read(count: Int(Self.pageSize), at: address(page)) }
                switch found {
                case .success(let bytes):
                    try #require(model.protection(page).allowsReading)
                    let difference = zip(bytes, model.contents(page)).enumerated().first { $1.0 != $1.1 }?.offset
                    try #require(difference == nil, "page \(page)")
                    #expect(try process.space.query(address(page)).protection == model.protection(page))
                case .failure(let fault):
                    try #require(fault == .accessViolation(address(page), .read))
                    try #require(!model.protection(page).allowsReading)
                }
            }
        }
        // The sections have what was written through views that share them, and nothing else.
        for storage in model.storages {
            let bytes = try process.machine.contents(
                of: storage.section.storage, byteCount: storage.pages.count * Int(Self.pageSize))
            let isEqual = bytes == storage.pages.flatMap { $0 }
            #expect(isEqual, "\(storage.section.storage)")
        }
        #expect(failed > 5 && copies > 20, "\(failed) failures, \(copies) copies")
        #expect(process.machine.counts.writeBacks > 60)
    }

    @Test("on x86-64", arguments: 1...2 as ClosedRange<UInt64>) func randomX86(seed: UInt64) throws {
        let device = FaultyDevice()
        try exercise(try x86Process(frames: 5, pages: 128, device: device), device, seed: seed, calls: 1_500)
    }

    @Test("on AArch64", arguments: 1...2 as ClosedRange<UInt64>) func randomARM(seed: UInt64) throws {
        let device = FaultyDevice()
        try exercise(try armProcess(frames: 5, pages: 128, device: device), device, seed: seed, calls: 1_500)
    }
}

extension ProcessFault {
    /// Whether it was the paging file that failed.
    fileprivate var mayBeTriedAgain: Bool {
        switch self {
        case .inPage(_, .pagingFile), .refused(_, .inPageError): true
        default: false
        }
    }
}
