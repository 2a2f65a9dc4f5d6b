import CHostMemory
public import MemoryMap
import SystemPackage
public import VirtualMemory

/// Pages that follow each other and are alike.
public struct PagesInMemory: Hashable, Sendable {
    /// Whole pages.
    public let range: VirtualRange

    /// What may be done with them.
    public let protection: PageProtection

    /// Whether they are those of a file or a section, and no copies.
    public let isShared: Bool
}

extension HostProcess {
    /// The limits of the working set.
    public var workingSetLimits: WorkingSetLimits { withLock { limits } }

    /// Sets the limits of the working set, in bytes, and what can be locked with them.
    ///
    /// - Parameter available: what the machine has for programs, in bytes.
    /// - Returns: false where a limit was moved to the nearest possible one.
    @discardableResult
    public func setWorkingSetLimits(
        minimum: UInt64, maximum: UInt64, _ flags: WorkingSetLimits.Flags, available: UInt64
    ) throws(WorkingSetLimitError) -> Bool {
        try withLock { () throws(WorkingSetLimitError) in
            let isExact = try limits.set(minimum: minimum, maximum: maximum, flags, available: available)
            space.lockLimit = limits.lockable
            // The host's own limit may be lower than it has to be.
            host_allow_locking(limits.lockable)
            return isExact
        }
    }

    /// Asks the host to write out what is private to this process; it does as much as it has room to.
    public func emptyWorkingSet() {
        for mapping in withLock({ MappedRange.all() }) where !mapping.isFile && !mapping.access.isEmpty {
            HostMemory.pageOut(mapping.range)
        }
    }

    /// The pages that are in memory and can be accessed, of the whole program, ascending.
    ///
    /// - Complexity: O(committed runs and mappings + runs of pages in memory) where the kernel scans page tables, and elsewhere
    ///   O(committed pages).
    public func pagesInMemory() -> [PagesInMemory] {
        let table = try? FileDescriptor.open(FilePath("/proc/self/pagemap"), .readOnly, options: .closeOnExec)
        defer { try? table?.close() }
        var result: [PagesInMemory] = []
        for part in withLock({ accessibleParts() }) {
            HostMemory.residentPages(in: part.range, table?.rawValue ?? -1) { range in
                result.append(PagesInMemory(range: range, protection: part.protection, isShared: part.isShared))
            }
        }
        return result
    }

    /// What can be accessed, whether or not it is in memory, ascending.
    private func accessibleParts() -> [PagesInMemory] {
        var own: [PagesInMemory] = []
        let user = space.partitions.user
        var place = user.start
        while user.contains(place), let block = try? space.query(place) {
            let last = VirtualAddress(block.base.rawValue + (block.byteCount - 1))
            if block.state == .committed, block.protection.allowsReading, !block.protection.contains(.guardPage),
                let range = VirtualRange(start: block.base, last: last)
            {
                own.append(PagesInMemory(range: range, protection: block.protection, isShared: Self.isShared(block)))
            }
            place = VirtualAddress(last.rawValue + 1)
        }
        // The rest of the program is what is mapped beside.
        var result: [PagesInMemory] = []
        var (next, covered) = (0, UInt64(0))
        for mapping in MappedRange.all() where !mapping.access.isEmpty && user.contains(mapping.range.last) {
            let protection = Self.protection(mapping.access)
            let isShared = mapping.isFile && !mapping.access.contains(.write)
            covered = max(covered, mapping.range.start.rawValue)
            func addForeign(_ end: UInt64) {
                guard end > covered, zones.contains(VirtualAddress(covered)),
                    let range = VirtualRange(start: VirtualAddress(covered), last: VirtualAddress(end - 1))
                else { return }
                result.append(PagesInMemory(range: range, protection: protection, isShared: isShared))
            }
            while next < own.count, own[next].range.start <= mapping.range.last {
                addForeign(own[next].range.start.rawValue)
                result.append(own[next])
                covered = max(covered, own[next].range.last.rawValue + 1)
                next += 1
            }
            addForeign(mapping.range.last.rawValue + 1)
        }
        return result + own[next...]
    }
}
