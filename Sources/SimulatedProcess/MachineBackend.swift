public import KernelMemory
public import MemoryMap
public import PageReplacement
public import SimulatedMachine
public import VirtualMemory

/// A simulated machine under an address space: every page that is used is in a frame of its RAM, in its paging file, or in the file
/// that it came from, and programs reach it through the page tables of a processor.
///
/// Nothing is mapped ahead: a call makes, changes or takes away rights, and the first access brings the page in.
public final class MachineBackend<
    Format: PageTableFormat, MMU: SoftwareMMU, Policy: PageReplacementPolicy, Device: PagingDevice
>: AddressSpaceBackend {
    /// The machine's RAM, page tables included.
    public let memory: SparseMemory

    /// The processor's MMU, on the process's tables.
    public let mmu: MMU

    let store: PageStore<Policy, Device>
    var tables: PageTables<Format, SparseMemory, TableFrames>

    /// The pages that belong to one address alone: private memory, and what copies on write left.
    var privates = PagesByAddress()

    /// The pages that have a translation.
    var translated = PagesByAddress()

    /// The addresses that translate to a page, by page.
    var addresses: [UInt32: [UInt64]] = [:]
    /// The pages that are locked in memory, by address, and how many addresses lock each.
    var locked = PagesByAddress()
    var lockCounts: [UInt32: Int] = [:]
    var views: [MappedView] = []
    var sections: [SectionStorage: SectionPages] = [:]
    var freePages: [PageIndex]
    var isDispensable: Set<UInt64> = []

    /// Frames that programs can take and map themselves.
    var freePhysicalFrames: [PhysicalAddress]

    /// The frames that a program has put under addresses, by page number, and which of them have a translation.
    var physicalPages: [UInt64: PhysicalAddress] = [:]
    var translatedPhysicalPages: Set<UInt64> = []

    /// Where a page that was never written begins, by page.
    var origins: [UInt32: (storage: SectionStorage, offset: UInt64)] = [:]

    /// A machine with `frames` frames for pages, which has storage for `pages` pages altogether.
    ///
    /// - Parameters:
    ///   - policy: made for the same numbers.
    ///   - physicalFrames: the number of further frames, which are not paged and which programs can map themselves.
    ///   - tables: the number of frames that page tables may take.
    ///   - makeMMU: the processor's MMU for tables with this root.
    /// - Throws: `tables` when there is no root.
    public init(
        frames: Int, pages: Int, physicalFrames: Int = 0, tables tableCount: Int = 4_096, format: Format, policy: Policy,
        pagingFile: PagingFile<Device>, makeMMU: (PhysicalAddress) -> MMU
    ) throws(PagedMemoryError) {
        let machine = PagingMachine(tables: tableCount, frames: frames + physicalFrames)
        do throws(PagingError) {
            tables = try PageTables(
                format: format, memory: machine.memory, frames: TableFrames(machine.tables), allowsWritableExecutable: true)
        } catch {
            throw .tables(error)
        }
        memory = machine.memory
        mmu = makeMMU(tables.root)
        freePhysicalFrames = machine.frames.dropFirst(frames).reversed()
        store = PageStore(
            pages: pages, frames: Array(machine.frames.prefix(frames)), in: machine.memory, policy: policy, pagingFile: pagingFile
        )
        freePages = (0..<UInt32(pages)).reversed().map { PageIndex(rawValue: $0) }
        store.origin = { [unowned self] page in origins[page.rawValue].flatMap { contents(at: $0) } }
    }

    /// What has been moved so far.
    public var counts: PagingCounts { store.ledger.counts }

    /// Gives a section the file that its pages begin with; without one they are zeros.
    ///
    /// Of no effect for a section whose pages were given, or used, before.
    public func provide(_ contents: SectionContents, for storage: SectionStorage) {
        if sections[storage] == nil { sections[storage] = SectionPages(contents: contents) }
    }

    /// The contents of a section as its views see them: what it began with, and what was written to it.
    ///
    /// - Throws: `pagingFile`.
    public func contents(of storage: SectionStorage, byteCount: Int) throws(PagedMemoryError) -> [UInt8] {
        var bytes = Array(sections[storage]?.contents?.bytes.prefix(byteCount) ?? [])
        bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
        guard byteCount > 0, let pages = sections[storage]?.pages else { return bytes }
        let pageSize = Int(PageCount.pageSize)
        for number in pages.numbers(in: 0...UInt64((byteCount - 1) / pageSize)) {
            guard let page = pages[number] else { continue }
            let start = Int(number) * pageSize
            let count = min(pageSize, byteCount - start)
            bytes.replaceSubrange(start..<start + count, with: try store.contents(of: page).prefix(count))
        }
        return bytes
    }

    /// Takes back the pages of a section that is gone: a file keeps what was written to it, all else is forgotten.
    ///
    /// The address space does not say when the last handle and the last view of a section are gone; whoever knows calls this.
    ///
    /// - Returns: false where a view is left, and nothing was done.
    /// - Throws: `pagingFile`; nothing has changed then.
    /// - Complexity: O(*pages used* + *views*).
    @discardableResult
    public func close(_ storage: SectionStorage) throws(PagedMemoryError) -> Bool {
        guard !views.contains(where: { $0.mapping.storage == storage }) else { return false }
        guard let section = sections[storage] else { return true }
        var contents = section.contents
        if case .file = storage, let file = contents {
            contents = SectionContents(try self.contents(of: storage, byteCount: file.bytes.count))
        }
        for number in section.pages.numbers(in: 0...UInt64.max / PageCount.pageSize) {
            guard let page = section.pages[number] else { continue }
            // Nothing translates to it any more.
            try store.discard(page) { _ in }
            origins[page.rawValue] = nil
            freePages.append(page)
        }
        sections[storage] = contents.map { SectionPages(contents: $0) }
        return true
    }

    /// Where the page of an address is, nil for one that was never used.
    public func place(of address: VirtualAddress) -> PagePlace? {
        let number = address.rawValue / PageCount.pageSize
        return (privates[number] ?? sharedPage(number)).map { store.place(of: $0) }
    }

    private func contents(at place: (storage: SectionStorage, offset: UInt64)) -> [UInt8]? {
        sections[place.storage]?.contents?.page(at: place.offset)
    }
}
