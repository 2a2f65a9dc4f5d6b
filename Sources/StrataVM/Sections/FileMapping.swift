import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

private func create(
    _ file: HANDLE?, _ protection: DWORD, _ size: UInt64, _ name: () throws(Status) -> [UInt16]?
) -> HANDLE? {
    return unsafe win32(nil) { () throws(Status) in
        // One word carries what the native call takes apart. No kind of section means committed pages.
        var attributes = protection & 0xFF80_0000 | protection & 0x0100_0000
        if attributes & 0x0D00_0000 == 0 && attributes & 0xF280_0000 == 0 { attributes |= 0x0800_0000 }
        let isPaging = Int(bitPattern: file) == -1
        if unsafe file == nil { throw Status(.invalidHandle) }
        let made = try unsafe SectionCalls.create(
            access: SectionCalls.all, name: try name(), opensExisting: true, byteCount: size,
            protection: protection & 0x007F_FFFF,
            attributes: attributes, file: isPaging ? nil : file)
        unsafe SetLastError(made.exists ? 183 : 0)
        return unsafe made.handle
    }
}

@c @implementation public func CreateFileMappingA(
    _ file: HANDLE?, _ attributes: LPSECURITY_ATTRIBUTES?, _ protection: DWORD, _ sizeHigh: DWORD, _ sizeLow: DWORD,
    _ name: LPCSTR?
) -> HANDLE? {
    unsafe create(file, protection, UInt64(sizeHigh) << 32 | UInt64(sizeLow)) { () throws(Status) in try unsafe Text.name(name) }
}

@c @implementation public func CreateFileMappingW(
    _ file: HANDLE?, _ attributes: LPSECURITY_ATTRIBUTES?, _ protection: DWORD, _ sizeHigh: DWORD, _ sizeLow: DWORD,
    _ name: LPCWSTR?
) -> HANDLE? {
    unsafe create(file, protection, UInt64(sizeHigh) << 32 | UInt64(sizeLow)) { () throws(Status) in try unsafe Text.name(name) }
}

@c @implementation public func CreateFileMapping2(
    _ file: HANDLE?, _ attributes: LPSECURITY_ATTRIBUTES?, _ access: ULONG, _ protection: ULONG, _ type: ULONG, _ size: ULONG64,
    _ name: PCWSTR?, _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> HANDLE? {
    return unsafe win32(nil) { () throws(Status) in
        _ = try unsafe MemoryCalls.parameters(parameters, count)
        let isPaging = unsafe Int(bitPattern: file) == -1 || file == nil
        let made = try unsafe SectionCalls.create(
            access: access, name: Text.name(name), opensExisting: true, byteCount: size,
            protection: protection, attributes: type == 0 ? 0x0800_0000 : type, file: unsafe isPaging ? nil : file)
        unsafe SetLastError(made.exists ? 183 : 0)
        return unsafe made.handle
    }
}

private func open(_ access: DWORD, _ name: [UInt16]?) -> HANDLE? {
    guard let name, !name.isEmpty else {
        fail(87)
        return nil
    }
    return unsafe win32(nil) { () throws(Status) in
        // FILE_MAP_COPY asks for reading here, and FILE_MAP_EXECUTE has a bit of its own.
        var wanted = access
        if access & 0x1F == 0x1 { wanted |= 0x4 }
        if access & 0x20 != 0 { wanted = wanted & ~0x20 | 0x8 }
        return try unsafe SectionCalls.open(access: wanted, name: name)
    }
}

@c @implementation public func OpenFileMappingA(_ access: DWORD, _ inherit: BOOL, _ name: LPCSTR?) -> HANDLE? {
    unsafe open(access, Text.utf16(name))
}

@c @implementation public func OpenFileMappingW(_ access: DWORD, _ inherit: BOOL, _ name: LPCWSTR?) -> HANDLE? {
    unsafe open(access, Text.utf16(name))
}

@c @implementation public func MapViewOfFileEx(
    _ handle: HANDLE?, _ access: DWORD, _ offsetHigh: DWORD, _ offsetLow: DWORD, _ size: SIZE_T, _ address: LPVOID?
) -> LPVOID? {
    return unsafe win32(nil) { () throws(Status) in
        let wanted = FileMapAccess(rawValue: access)
        let object = try unsafe HandleTable.section(handle, access: wanted.needed.rawValue)
        return try unsafe map(
            object, wanted.protection, UInt64(offsetHigh) << 32 | UInt64(offsetLow), size, address, type: wanted.type)
    }
}

/// Maps a view; a protection that the section does not allow is an access that it denies, in these calls.
private func map(
    _ object: SectionObject, _ protection: PageProtection, _ offset: UInt64, _ size: SIZE_T, _ address: LPVOID?,
    type: AllocationType = [], requirements: AddressRequirements? = nil, machine: UInt16? = nil
) throws(Status) -> LPVOID? {
    let base = unsafe Arguments.address(address)
    do throws(NTStatus) {
        let view = try HostProcess.current.mapView(of: object.section, protection) { request in
            request.base = base.rawValue == 0 ? nil : base
            request.offset = offset
            request.byteCount = UInt64(UInt(bitPattern: size))
            request.type = type
            request.requirements = requirements
            request.imageMachine = machine
        }
        return unsafe Arguments.pointer(view.range.start)
    } catch {
        throw Status(error == .sectionProtection ? .accessDenied : error)
    }
}

@c @implementation public func MapViewOfFile(
    _ handle: HANDLE?, _ access: DWORD, _ offsetHigh: DWORD, _ offsetLow: DWORD, _ size: SIZE_T
) -> LPVOID? {
    unsafe MapViewOfFileEx(handle, access, offsetHigh, offsetLow, size, nil)
}

@c @implementation public func MapViewOfFile3(
    _ handle: HANDLE?, _ process: HANDLE?, _ address: PVOID?, _ offset: ULONG64, _ size: SIZE_T, _ type: ULONG,
    _ protection: ULONG,
    _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> PVOID? {
    return unsafe win32(nil) { () throws(Status) in
        let list = try unsafe MemoryCalls.parameters(parameters, count)
        if unsafe process != nil { try unsafe HandleTable.process(process) }
        let requirements = try withStatus { () throws(NTStatus) in try ExtendedParameter.requirements(in: list) }
        let word = PageProtection(rawValue: protection)
        let object = try unsafe HandleTable.section(handle, access: SectionCalls.needed(word))
        return try unsafe map(
            object, word, offset, size, address, type: AllocationType(rawValue: type), requirements: requirements,
            machine: ExtendedParameter.imageMachine(in: list))
    }
}

private func unmap(_ address: UnsafeRawPointer?, _ flags: ULONG) throws(Status) {
    try withStatus { () throws(NTStatus) in
        try unsafe HostProcess.current.unmapView(Arguments.address(address), UnmapFlags(rawValue: flags))
    }
}

@c @implementation public func UnmapViewOfFile(_ address: LPCVOID?) -> BOOL {
    win32 { () throws(Status) in try unsafe unmap(address, 0) }
}

@c @implementation public func UnmapViewOfFileEx(_ address: PVOID?, _ flags: ULONG) -> BOOL {
    win32 { () throws(Status) in try unsafe unmap(address, flags) }
}

@c @implementation public func UnmapViewOfFile2(_ process: HANDLE?, _ address: PVOID?, _ flags: ULONG) -> BOOL {
    win32 { () throws(Status) in
        try unsafe HandleTable.process(process)
        try unsafe unmap(address, flags)
    }
}

@c @implementation public func FlushViewOfFile(_ address: LPCVOID?, _ size: SIZE_T) -> BOOL {
    win32 { () throws(Status) in
        _ = try withStatus { () throws(NTStatus) in
            try unsafe HostProcess.current.flush(Arguments.address(address), byteCount: UInt64(UInt(bitPattern: size)))
        }
    }
}

@c @implementation public func NtUnmapViewOfSection(_ process: HANDLE?, _ address: PVOID?) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        try unsafe unmap(address, 0)
    }
}

@c @implementation public func NtUnmapViewOfSectionEx(_ process: HANDLE?, _ address: PVOID?, _ flags: ULONG) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        try unsafe unmap(address, flags)
    }
}
