public import MemoryMap
import PageReplacement
import SimulatedMachine
public import VirtualMemory

// What an address space asks of the machine.

extension MachineBackend {
    public func reserve(
        _ range: VirtualRange, _ attributes: ReservationAttributes, committedAs protection: PageProtection?
    ) throws(BackendError) {}

    public func commit(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {
        try removeTranslations(in: range)
    }

    public func decommit(_ range: VirtualRange) throws(BackendError) { try dropPrivates(in: range) }

    public func release(_ range: VirtualRange, leavingPlaceholder: Bool) throws(BackendError) {
        try dropPhysicalPages(in: range)
        try dropPrivates(in: range)
    }

    public func protect(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {
        try removeTranslations(in: range)
    }

    public func map(_ range: VirtualRange, _ view: ViewMapping) throws(BackendError) {
        views.insert(MappedView(range: range, mapping: view), at: firstView(endingAtOrAbove: range.start))
    }

    public func unmap(
        _ range: VirtualRange, of storage: SectionStorage, leavingPlaceholder: Bool
    ) throws(BackendError) {
        try dropPrivates(in: range)
        views.removeAll { $0.range == range }
    }

    public func copyOnWrite(_ page: VirtualRange, of source: ViewMapping) throws(BackendError) {
        let number = page.start.rawValue / PageCount.pageSize
        do throws(PagedMemoryError) { try makePrivate(number) } catch { throw .storageFailed }
    }

    public func discard(_ range: VirtualRange) {
        for number in privates.numbers(in: range.pageNumbers) { isDispensable.insert(number) }
    }

    /// Nothing dispensable is ever thrown away: a paging file takes it.
    public func undiscard(_ range: VirtualRange) -> Bool {
        for number in privates.numbers(in: range.pageNumbers) { isDispensable.remove(number) }
        return true
    }
}
