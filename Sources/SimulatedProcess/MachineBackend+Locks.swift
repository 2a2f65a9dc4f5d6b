public import MemoryMap
import PageReplacement
import SimulatedMachine
public import VirtualMemory

// Pages that a program keeps in memory: they stay in their frames, whatever else is touched.

extension MachineBackend {
    /// Brings the pages of a range in and keeps them there.
    ///
    /// - Throws: `tooManyLocked` where too few frames would be left, `storageFailed`; nothing more is locked than before.
    public func lock(_ range: VirtualRange) throws(BackendError) {
        var added: [UInt64] = []
        for number in range.pageNumbers where locked[number] == nil {
            // Physical pages are where they are.
            guard physicalPages[number] == nil else { continue }
            do throws(PagedMemoryError) {
                try lock(number, try page(at: number))
            } catch {
                for number in added { unlock(number) }
                if case .pagingFile = error { throw .storageFailed }
                throw .tooManyLocked
            }
            added.append(number)
        }
    }

    /// Lets the pages of a range be moved again, where they are locked.
    public func unlock(_ range: VirtualRange) {
        for number in locked.numbers(in: range.pageNumbers) { unlock(number) }
    }

    /// Keeps the page of an address locked when a private copy takes its place.
    func moveLock(_ number: UInt64, to page: PageIndex) throws(PagedMemoryError) {
        guard locked[number] != nil else { return }
        unlock(number)
        try lock(number, page)
    }

    private func lock(_ number: UInt64, _ page: PageIndex) throws(PagedMemoryError) {
        try store.lock(page, unmap: removeTranslations(of:))
        locked[number] = page
        lockCounts[page.rawValue, default: 0] += 1
    }

    private func unlock(_ number: UInt64) {
        guard let page = locked[number] else { return }
        locked[number] = nil
        let rest = lockCounts[page.rawValue, default: 1] - 1
        lockCounts[page.rawValue] = rest == 0 ? nil : rest
        // Unlocked it is in any case; contents on their way out are held, and a failure of the machine shows at the next access.
        if rest == 0 { try? store.unlock(page, unmap: removeTranslations(of:)) }
    }
}
