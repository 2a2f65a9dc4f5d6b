import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// Copies between two places of this process, all or nothing as far as can be known before.
private func copy(
    _ process: HANDLE?, _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: SIZE_T,
    _ count: UnsafeMutablePointer<SIZE_T>?, _ failure: Status
) throws(Status) {
    if unsafe count != nil, unsafe !Arguments.store(0, count) { throw Status(.accessViolation) }
    try unsafe HandleTable.process(process)
    let length = Int(size)
    guard length >= 0, host_probe(UInt(bitPattern: from), length, false), host_probe(UInt(bitPattern: to), length, true),
        unsafe length == 0 || host_copy(to, from, length)
    else { throw failure }
    if unsafe count != nil { _ = unsafe Arguments.store(size, count) }
}

@c @implementation public func NtReadVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ size: SIZE_T,
    _ count: UnsafeMutablePointer<SIZE_T>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe copy(process, buffer, address, size, count, Status(.partialCopy)) }
}

@c @implementation public func NtWriteVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutableRawPointer?, _ buffer: UnsafeRawPointer?, _ size: SIZE_T,
    _ count: UnsafeMutablePointer<SIZE_T>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe copy(process, address, buffer, size, count, Status(.partialCopy)) }
}

@c @implementation public func ReadProcessMemory(
    _ process: HANDLE?, _ address: LPCVOID?, _ buffer: LPVOID?, _ size: SIZE_T, _ count: UnsafeMutablePointer<SIZE_T>?
) -> BOOL {
    win32 { () throws(Status) in try unsafe copy(process, buffer, address, size, count, Status(.partialCopy)) }
}

@c @implementation public func WriteProcessMemory(
    _ process: HANDLE?, _ address: LPVOID?, _ buffer: LPCVOID?, _ size: SIZE_T, _ count: UnsafeMutablePointer<SIZE_T>?
) -> BOOL {
    win32 { () throws(Status) in
        try unsafe HandleTable.process(process)
        // Code may be written here as it is, which is what debuggers and patchers use the call for.
        let place = unsafe Arguments.address(address)
        let host = HostProcess.current
        if let block = try? host.query(place), block.protection.allowsExecution, !block.protection.allowsWriting,
            let changed = try? host.protect(place, byteCount: UInt64(size), .executeReadWrite)
        {
            defer { _ = try? host.protect(place, byteCount: UInt64(size), changed.old) }
            try unsafe copy(process, address, buffer, size, count, Status(.accessViolation))
            return
        }
        try unsafe copy(process, address, buffer, size, count, Status(.accessViolation))
    }
}

@c @implementation public func IsBadReadPtr(_ address: UnsafeRawPointer?, _ size: UINT_PTR) -> BOOL {
    host_probe(UInt(bitPattern: address), Int(bitPattern: UInt(size)), false) ? 0 : 1
}

@c @implementation public func IsBadWritePtr(_ address: LPVOID?, _ size: UINT_PTR) -> BOOL {
    host_probe(UInt(bitPattern: address), Int(bitPattern: UInt(size)), true) ? 0 : 1
}

@c @implementation public func IsBadCodePtr(_ address: FARPROC?) -> BOOL {
    unsafe host_probe(UInt(bitPattern: unsafeBitCast(address, to: Int.self)), 1, false) ? 0 : 1
}

/// Whether a text's bytes up to its zero, or to the limit, cannot be read.
private func isBadText<Unit: FixedWidthInteger & BitwiseCopyable>(_ text: UnsafePointer<Unit>?, _ limit: UINT_PTR) -> BOOL {
    guard let text = unsafe text else { return 1 }
    var index: UINT_PTR = 0
    while index < limit {
        guard let unit = unsafe Arguments.load(text + Int(index), default: 0) else { return 1 }
        if unit == 0 { break }
        index += 1
    }
    return 0
}

@c @implementation public func IsBadStringPtrA(_ text: LPCSTR?, _ limit: UINT_PTR) -> BOOL { unsafe isBadText(text, limit) }
@c @implementation public func IsBadStringPtrW(_ text: LPCWSTR?, _ limit: UINT_PTR) -> BOOL { unsafe isBadText(text, limit) }
