import MemoryMap
import Testing

@testable import VirtualMemory

/// A backend that keeps pages one by one, makes sure that it is only asked for what can be done, and fails when told to.
struct CheckingBackend: AddressSpaceBackend {
    struct Page: Equatable {
        /// Empty for pages without storage.
        var protection: PageProtection = []
        var isView = false
        var isPlaceholder = false
    }

    private(set) var pages: [UInt64: Page] = [:]

    /// How many calls go through before all others fail; nil for all.
    var budget: Int?
    private(set) var failures = 0

    private mutating func spend() throws(BackendError) {
        guard let budget else { return }
        guard budget > 0 else {
            failures += 1
            throw .outOfMemory
        }
        self.budget = budget - 1
    }

    private func addresses(_ range: VirtualRange) -> StrideThrough<UInt64> {
        #expect(range.isPageAligned)
        return stride(from: range.start.rawValue, through: range.last.rawValue, by: 0x1000)
    }

    private func expect(_ range: VirtualRange, _ condition: (Page?) -> Bool, _ line: Int = #line) {
        for address in addresses(range) where !condition(pages[address]) { Issue.record("\(address) at \(line)") }
    }

    private mutating func set(_ range: VirtualRange, _ page: Page?) {
        for address in addresses(range) { pages[address] = page }
    }

    mutating func reserve(
        _ range: VirtualRange, _ attributes: ReservationAttributes, committedAs protection: PageProtection?
    ) throws(BackendError) {
        expect(range) { $0 == nil || $0?.isPlaceholder == true }
        try spend()
        set(range, Page(protection: protection ?? [], isPlaceholder: protection == nil))
    }

    mutating func commit(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {
        expect(range) { $0?.isView == false }
        try spend()
        set(range, Page(protection: protection))
    }

    mutating func decommit(_ range: VirtualRange) throws(BackendError) {
        expect(range) { $0?.isView == false }
        try spend()
        set(range, Page(isPlaceholder: true))
    }

    mutating func release(_ range: VirtualRange, leavingPlaceholder: Bool) throws(BackendError) {
        expect(range) { $0?.isView == false }
        try spend()
        set(range, leavingPlaceholder ? Page(isPlaceholder: true) : nil)
    }

    mutating func protect(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {
        expect(range) { $0?.isView == true || $0?.protection.isEmpty == false }
        try spend()
        for address in addresses(range) { pages[address]?.protection = protection }
    }

    mutating func map(_ range: VirtualRange, _ view: ViewMapping) throws(BackendError) {
        expect(range) { $0 == nil || $0?.isPlaceholder == true }
        try spend()
        set(range, Page(protection: view.isReserved ? [] : view.protection, isView: true))
    }

    mutating func unmap(_ range: VirtualRange, of storage: SectionStorage, leavingPlaceholder: Bool) throws(BackendError) {
        expect(range) { $0?.isView == true }
        try spend()
        set(range, leavingPlaceholder ? Page(isPlaceholder: true) : nil)
    }

    mutating func copyOnWrite(_ page: VirtualRange, of source: ViewMapping) throws(BackendError) {
        expect(page) { $0?.isView == true }
        try spend()
        for address in addresses(page) { pages[address]?.protection = source.protection }
    }
}
