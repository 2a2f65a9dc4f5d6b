import CHostMemory
import MemoryMap
import VirtualMemory

extension HostProcess {
    /// Judges a memory fault on the thread that made it, outside the lock.
    static func judge(_ fault: UnsafePointer<host_fault>?) -> host_fault_verdict {
        // The handler's own record, which outlives the call.
        guard let fault = unsafe fault?.pointee else { return HOST_FAULT_ACCESS_VIOLATION }
        return current.withLock { current.judge(fault) }
    }

    private func judge(_ fault: host_fault) -> host_fault_verdict {
        let refused = fault.is_bus_error ? HOST_FAULT_IN_PAGE_ERROR : HOST_FAULT_ACCESS_VIOLATION
        let address = VirtualAddress(UInt64(fault.address))
        guard space.partitions.user.contains(address), !zones.contains(address), let information = try? space.query(address),
            information.state == .committed, let page = VirtualRange(start: information.base, byteCount: HostMemory.pageSize)
        else { return refused }
        let protection = information.protection
        if protection.contains(.guardPage) {
            _ = try? space.protect(page.start, byteCount: HostMemory.pageSize, protection.subtracting(.guardPage))
            return HOST_FAULT_GUARD_PAGE
        }
        if fault.is_write && protection.allowsWriting && space.backend.watches.isWatched(address) {
            space.backend.watches.write(address)
            try? space.backend.protect(page, protection)
            return HOST_FAULT_MENDED
        }
        return refused
    }
}
