import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// Demands whole committed pages of private memory that can be written.
private func writablePages(_ address: UnsafeRawPointer?, _ size: SIZE_T) throws(Status) -> VirtualRange {
    let place = unsafe Arguments.address(address)
    let length = UInt64(UInt(bitPattern: size))
    guard place.rawValue & 0xFFF == 0, length > 0, length & 0xFFF == 0, let range = VirtualRange(start: place, byteCount: length)
    else { throw Status(.invalidParameter) }
    var at = range.start
    while at <= range.last {
        let block = try withStatus { () throws(NTStatus) in try HostProcess.current.query(at) }
        guard block.state == .committed, block.protection.allowsWriting, !block.protection.contains(.guardPage) else {
            throw Status(.invalidParameter)
        }
        at = VirtualAddress(block.base.rawValue + block.byteCount)
    }
    return range
}

/// Declares pages dispensable or wants them back.
private func reset(_ range: VirtualRange, _ type: AllocationType) throws(Status) {
    let request = AllocationRequest(
        base: range.start, byteCount: range.last.rawValue - range.start.rawValue + 1, type: type, protection: .noAccess)
    _ = try withStatus { () throws(NTStatus) in try HostProcess.current.allocate(request) }
}

private func code(_ body: () throws(Status) -> Void) -> DWORD { Status(UInt32(bitPattern: native(body))).error }

@c @implementation public func DiscardVirtualMemory(_ address: PVOID?, _ size: SIZE_T) -> DWORD {
    code { () throws(Status) in try unsafe reset(try writablePages(address, size), .reset) }
}

@c @implementation public func OfferVirtualMemory(_ address: PVOID?, _ size: SIZE_T, _ priority: OFFER_PRIORITY) -> DWORD {
    code { () throws(Status) in
        guard 1...4 ~= priority.rawValue else { throw Status(.invalidParameter) }
        try unsafe reset(try writablePages(address, size), .reset)
    }
}

@c @implementation public func ReclaimVirtualMemory(_ address: UnsafeRawPointer?, _ size: SIZE_T) -> DWORD {
    code { () throws(Status) in
        let range = try unsafe writablePages(address, size)
        do throws(Status) {
            try reset(range, .resetUndo)
        } catch {
            // ERROR_BUSY: the pages are the program's again, and their contents are not.
            throw error == Status(.noMemory) ? Status(0x8000_0011) : error
        }
    }
}

/// Asks for pages that are going to be used; those that are not there are no mistake.
private func prefetch(_ count: ULONG_PTR, _ ranges: UnsafeRawPointer?) throws(Status) {
    guard count > 0, let ranges = unsafe ranges else { throw Status(.invalidParameter) }
    for index in 0..<Int(clamping: count) {
        let words = unsafe (ranges + index * 16).assumingMemoryBound(to: UInt64.self)
        guard let start = unsafe Arguments.load(words, default: 0), let size = unsafe Arguments.load(words + 1, default: 0) else {
            throw Status(.accessViolation)
        }
        guard size > 0 else { throw Status(.invalidParameter4) }
        HostProcess.current.prefetch(VirtualAddress(start), byteCount: size)
    }
}

@c @implementation public func PrefetchVirtualMemory(
    _ process: HANDLE?, _ count: ULONG_PTR, _ ranges: PWIN32_MEMORY_RANGE_ENTRY?, _ flags: ULONG
) -> BOOL {
    win32 { () throws(Status) in
        try unsafe HandleTable.process(process)
        guard flags == 0 else { throw Status(.invalidParameter) }
        try unsafe prefetch(count, UnsafeRawPointer(ranges))
    }
}

@c @implementation public func NtSetInformationVirtualMemory(
    _ process: HANDLE?, _ kind: VIRTUAL_MEMORY_INFORMATION_CLASS, _ count: ULONG_PTR, _ ranges: PMEMORY_RANGE_ENTRY?,
    _ information: PVOID?, _ length: ULONG
) -> NTSTATUS {
    native { () throws(Status) in
        guard kind == VmPrefetchInformation else { throw Status(0xC000_00F0) }
        guard unsafe information != nil else { throw Status(.invalidParameter5) }
        guard length == 4 else { throw Status(0xC000_00F4) }
        guard count > 0 else { throw Status(.invalidParameter3) }
        guard unsafe ranges != nil else { throw Status(.accessViolation) }
        try unsafe HandleTable.process(process)
        try unsafe prefetch(count, UnsafeRawPointer(ranges))
    }
}

@c @implementation public func StrataSetCommitLimit(_ bytes: ULONG64) { HostProcess.current.setCommitLimit(bytes) }

@c @implementation public func StrataGetCommitCharge() -> ULONG64 { HostProcess.current.commitCharge.charge }

@c @implementation public func strata_vm_commit_limit() -> ULONG64 { HostProcess.current.commitCharge.limit }

@c @implementation public func StrataHoldLockMemoryPrivilege(_ isHeld: BOOL) {
    HostProcess.current.setLockMemoryPrivilege(isHeld != 0)
}
