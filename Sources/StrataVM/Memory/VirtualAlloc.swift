import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

private func allocate(
    _ process: HANDLE?, _ address: UnsafeMutableRawPointer?, _ size: SIZE_T, _ type: DWORD, _ protection: DWORD
) -> LPVOID? {
    return unsafe win32(nil) { () throws(Status) in
        let range = try unsafe MemoryCalls.allocate(
            process, Arguments.address(address), UInt64(UInt(bitPattern: size)), type, protection)
        return unsafe Arguments.pointer(range.start)
    }
}

@c @implementation public func VirtualAlloc(
    _ address: LPVOID?, _ size: SIZE_T, _ type: DWORD, _ protection: DWORD
) -> LPVOID? {
    unsafe allocate(GetCurrentProcess(), address, size, type, protection)
}

@c @implementation public func VirtualAllocEx(
    _ process: HANDLE?, _ address: LPVOID?, _ size: SIZE_T, _ type: DWORD, _ protection: DWORD
) -> LPVOID? {
    unsafe allocate(process, address, size, type, protection)
}

@c @implementation public func VirtualAllocExNuma(
    _ process: HANDLE?, _ address: LPVOID?, _ size: SIZE_T, _ type: DWORD, _ protection: DWORD, _ node: DWORD
) -> LPVOID? {
    unsafe allocate(process, address, size, type, protection)
}

@c @implementation public func VirtualAllocFromApp(
    _ address: PVOID?, _ size: SIZE_T, _ type: ULONG, _ protection: ULONG
) -> PVOID? {
    guard PageProtection(rawValue: protection).isDisjoint(with: [.execute, .executeRead, .executeReadWrite, .executeWriteCopy])
    else {
        fail(Status(.invalidParameter))
        return nil
    }
    return unsafe allocate(GetCurrentProcess(), address, size, type, protection)
}

@c @implementation public func VirtualAlloc2(
    _ process: HANDLE?, _ address: PVOID?, _ size: SIZE_T, _ type: ULONG, _ protection: ULONG,
    _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> PVOID? {
    return unsafe win32(nil) { () throws(Status) in
        let list = try unsafe MemoryCalls.parameters(parameters, count)
        // No process means this one, in this call alone.
        let range = try unsafe MemoryCalls.allocate(
            process ?? GetCurrentProcess(), Arguments.address(address), UInt64(UInt(bitPattern: size)), type, protection,
            parameters: list)
        return unsafe Arguments.pointer(range.start)
    }
}

private func free(_ process: HANDLE?, _ address: LPVOID?, _ size: SIZE_T, _ type: DWORD) -> BOOL {
    win32 { () throws(Status) in
        // Regions go as a whole here; only the native call parts them.
        guard type != FreeType.release.rawValue || size == 0 else { throw Status(.invalidParameter) }
        _ = try unsafe MemoryCalls.free(process, Arguments.address(address), UInt64(UInt(bitPattern: size)), type)
    }
}

@c @implementation public func VirtualFree(_ address: LPVOID?, _ size: SIZE_T, _ type: DWORD) -> BOOL {
    unsafe free(GetCurrentProcess(), address, size, type)
}

@c @implementation public func VirtualFreeEx(_ process: HANDLE?, _ address: LPVOID?, _ size: SIZE_T, _ type: DWORD) -> BOOL {
    unsafe free(process, address, size, type)
}

private func protect(_ process: HANDLE?, _ address: LPVOID?, _ size: SIZE_T, _ protection: DWORD, _ old: PDWORD?) -> BOOL {
    win32 { () throws(Status) in
        guard unsafe Arguments.store(PageProtection.noAccess.rawValue, old) else { throw Status(.accessViolation) }
        let result = try unsafe MemoryCalls.protect(
            process, Arguments.address(address), UInt64(UInt(bitPattern: size)), protection)
        _ = unsafe Arguments.store(result.old.rawValue, old)
    }
}

@c @implementation public func VirtualProtect(_ address: LPVOID?, _ size: SIZE_T, _ protection: DWORD, _ old: PDWORD?) -> BOOL {
    unsafe protect(GetCurrentProcess(), address, size, protection, old)
}

@c @implementation public func VirtualProtectEx(
    _ process: HANDLE?, _ address: LPVOID?, _ size: SIZE_T, _ protection: DWORD, _ old: PDWORD?
) -> BOOL {
    unsafe protect(process, address, size, protection, old)
}

@c @implementation public func VirtualQueryEx(
    _ process: HANDLE?, _ address: LPCVOID?, _ information: PMEMORY_BASIC_INFORMATION?, _ length: SIZE_T
) -> SIZE_T {
    return win32(0) { () throws(Status) in
        try unsafe HandleTable.process(process)
        guard unsafe length >= MemoryLayout<MEMORY_BASIC_INFORMATION>.size else { throw Status(.infoLengthMismatch) }
        try unsafe MemoryCalls.query(Arguments.address(address), information)
        return unsafe MemoryLayout<MEMORY_BASIC_INFORMATION>.size
    }
}

@c @implementation public func VirtualQuery(
    _ address: LPCVOID?, _ information: PMEMORY_BASIC_INFORMATION?, _ length: SIZE_T
) -> SIZE_T {
    unsafe VirtualQueryEx(GetCurrentProcess(), address, information, length)
}

@c @implementation public func VirtualLock(_ address: LPVOID?, _ size: SIZE_T) -> BOOL {
    win32 { () throws(Status) in
        try withStatus { () throws(NTStatus) in
            try unsafe HostProcess.current.lock(Arguments.address(address), byteCount: UInt64(UInt(bitPattern: size)))
        }
    }
}

@c @implementation public func VirtualUnlock(_ address: LPVOID?, _ size: SIZE_T) -> BOOL {
    win32 { () throws(Status) in
        try withStatus { () throws(NTStatus) in
            try unsafe HostProcess.current.unlock(Arguments.address(address), byteCount: UInt64(UInt(bitPattern: size)))
        }
    }
}
