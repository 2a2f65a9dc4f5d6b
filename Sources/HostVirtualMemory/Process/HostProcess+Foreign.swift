import MemoryMap
import VirtualMemory

/// Memory of the rest of the program, which the bookkeeping knows nothing of: the kernel is asked.
extension HostProcess {
    func queryForeign(_ address: VirtualAddress) -> MemoryBasicInformation {
        let page = address.rawValue & ~(HostMemory.pageSize - 1)
        var end = zones.zone(of: address).map { $0.last.rawValue + 1 } ?? page + HostMemory.pageSize
        for claim in zones.claims where claim.start.rawValue > page { end = min(end, claim.start.rawValue) }
        for mapping in MappedRange.all() where mapping.range.last.rawValue >= page {
            guard mapping.range.start.rawValue <= page else {
                end = min(end, mapping.range.start.rawValue)
                break
            }
            let protection = Self.protection(mapping.access)
            return MemoryBasicInformation(
                base: VirtualAddress(page), allocationBase: mapping.range.start, allocationProtection: protection,
                byteCount: mapping.range.last.rawValue + 1 - page, state: .committed, protection: protection,
                type: mapping.isFile ? .image : .privateMemory)
        }
        return MemoryBasicInformation(
            base: VirtualAddress(page), allocationBase: nil, allocationProtection: [], byteCount: end - page, state: .free,
            protection: .noAccess, type: .free)
    }

    /// The mapping of an address as a whole; nil where nothing is mapped.
    func queryForeignRegion(_ address: VirtualAddress) -> MemoryRegionInformation? {
        guard let mapping = MappedRange.all().first(where: { $0.range.contains(address) }) else { return nil }
        let size = mapping.range.last.rawValue - mapping.range.start.rawValue + 1
        // What is only read is the file's; everything else can come to need memory.
        let isCharged = !mapping.isFile || mapping.access.contains(.write)
        return MemoryRegionInformation(
            allocationBase: mapping.range.start, allocationProtection: Self.protection(mapping.access), byteCount: size,
            commitSize: isCharged ? size : 0)
    }

    func protectForeign(
        _ base: VirtualAddress, _ byteCount: UInt64, _ protection: PageProtection
    ) throws(NTStatus) -> (range: VirtualRange, old: PageProtection) {
        guard protection.base.rawValue.nonzeroBitCount == 1, !protection.contains(.guardPage) else {
            throw .invalidPageProtection
        }
        guard byteCount > 0 else { throw .invalidParameter3 }
        let mask = HostMemory.pageSize - 1
        let (end, overflow) = base.rawValue.addingReportingOverflow(byteCount - 1)
        guard !overflow, let range = VirtualRange(start: VirtualAddress(base.rawValue & ~mask), last: VirtualAddress(end | mask))
        else { throw .invalidParameter2 }
        var place = range.start.rawValue
        var old: PageProtection?
        for mapping in MappedRange.all() where mapping.range.last.rawValue >= place && place <= range.last.rawValue {
            guard mapping.range.start.rawValue <= place else { throw .conflictingAddresses }
            old = old ?? Self.protection(mapping.access)
            place = mapping.range.last.rawValue + 1
        }
        guard let old, place > range.last.rawValue else { throw .conflictingAddresses }
        // A mapping of a file may be shared; whoever asks for a copy gets what the mapping allows.
        let access = HostBackend.access(protection.isCopyOnWrite ? protection.afterCopy : protection)
        do throws(BackendError) {
            try HostMemory.protect(range, access)
        } catch {
            throw error == .accessDenied ? .sectionProtection : .noMemory
        }
        return (range, old)
    }

    static func protection(_ access: HostMemory.Access) -> PageProtection {
        switch (access.contains(.write), access.contains(.execute), access.contains(.read)) {
        case (true, true, _): .executeReadWrite
        case (true, false, _): .readWrite
        case (false, true, true): .executeRead
        case (false, true, false): .execute
        case (false, false, true): .readOnly
        case (false, false, false): .noAccess
        }
    }
}
