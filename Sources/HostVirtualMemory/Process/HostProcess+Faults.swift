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
        guard space.partitions.user.contains(address), !zones.contains(address) else { return refused }
        let kind: AccessKind = fault.is_execute ? .execute : fault.is_write ? .write : .read
        do throws(NTStatus) {
            switch try space.touch(address, kind) {
            case .accessViolation: return refused
            case .guardViolation: return HOST_FAULT_GUARD_PAGE
            case .copyOnWrite: return HOST_FAULT_MENDED
            case .ready, .demandZero, .demandRead: break
            }
            // Past the end of a file no protection helps.
            guard !fault.is_bus_error else { return refused }
            let block = try space.query(address)
            guard let page = VirtualRange(start: block.base, byteCount: HostMemory.pageSize) else { return refused }
            if fault.is_write { space.backend.noteWrite(address) }
            // The page allows less than the bookkeeping: a watched page that is written, one that another view has committed, or
            // one that another thread has opened since the fault.
            do throws(BackendError) { try space.backend.protect(page, block.protection) } catch { return refused }
            return HOST_FAULT_MENDED
        } catch {
            return HOST_FAULT_IN_PAGE_ERROR
        }
    }
}
