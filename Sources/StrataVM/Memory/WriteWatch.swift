import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// The written pages of a range, put into the caller's array.
private func writeWatch(
    _ flags: UInt32, _ base: PVOID?, _ size: SIZE_T, _ addresses: UnsafeMutablePointer<PVOID?>?,
    _ count: UnsafeMutablePointer<ULONG_PTR>?, _ granularity: UnsafeMutablePointer<UInt32>?
) throws(Status) {
    guard let capacity = unsafe Arguments.loadForUpdate(count, default: 0),
        unsafe Arguments.loadForUpdate(granularity, default: 0) != nil
    else { throw Status(.accessViolation) }
    guard flags <= 1, capacity > 0, size != 0 else { throw Status(.invalidParameter) }
    // Pages that count as not written from now on have to be told.
    let most = min(UInt64(capacity), UInt64(UInt(bitPattern: size)) / 0x1000 + 1)
    guard unsafe addresses != nil, flags == 0 || host_probe(UInt(bitPattern: addresses), Int(clamping: most * 8), true) else {
        throw Status(.accessViolation)
    }
    let pages = try withStatus { () throws(NTStatus) in
        try unsafe HostProcess.current.writtenPages(
            Arguments.address(base), byteCount: UInt64(UInt(bitPattern: size)), capacity: Int(clamping: capacity),
            reset: flags == 1)
    }
    for (index, page) in pages.enumerated() {
        guard unsafe Arguments.store(UInt(page.rawValue), raw: addresses.map { unsafe $0 + index }) else {
            throw Status(.accessViolation)
        }
    }
    guard unsafe Arguments.store(ULONG_PTR(pages.count), count), unsafe Arguments.store(0x1000, granularity) else {
        throw Status(.accessViolation)
    }
}

@c @implementation public func GetWriteWatch(
    _ flags: DWORD, _ base: PVOID?, _ size: SIZE_T, _ addresses: UnsafeMutablePointer<PVOID?>?,
    _ count: UnsafeMutablePointer<ULONG_PTR>?, _ granularity: LPDWORD?
) -> UINT {
    win32 { () throws(Status) in try unsafe writeWatch(flags, base, size, addresses, count, granularity) } == 0 ? ~0 : 0
}

@c @implementation public func ResetWriteWatch(_ base: LPVOID?, _ size: SIZE_T) -> UINT {
    let isReset = win32 { () throws(Status) in
        try withStatus { () throws(NTStatus) in
            try unsafe HostProcess.current.resetWrites(Arguments.address(base), byteCount: UInt64(UInt(bitPattern: size)))
        }
    }
    return isReset == 0 ? ~0 : 0
}

@c @implementation public func NtGetWriteWatch(
    _ process: HANDLE?, _ flags: ULONG, _ base: PVOID?, _ size: SIZE_T, _ addresses: UnsafeMutablePointer<PVOID?>?,
    _ count: UnsafeMutablePointer<ULONG_PTR>?, _ granularity: UnsafeMutablePointer<ULONG>?
) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        try unsafe writeWatch(flags, base, size, addresses, count, granularity)
    }
}

@c @implementation public func NtResetWriteWatch(_ process: HANDLE?, _ base: PVOID?, _ size: SIZE_T) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        try withStatus { () throws(NTStatus) in
            try unsafe HostProcess.current.resetWrites(Arguments.address(base), byteCount: UInt64(UInt(bitPattern: size)))
        }
    }
}
