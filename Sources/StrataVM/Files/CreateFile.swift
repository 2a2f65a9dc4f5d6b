import CStrataVM
import SystemPackage

/// The rights that generic ones stand for.
private func specific(_ access: DWORD) -> DWORD { specific(access, 0x12_0089, 0x12_0116, 0x12_00A0, 0x1F_01FF) }

private func specific(_ access: DWORD, _ read: DWORD, _ write: DWORD, _ execute: DWORD, _ all: DWORD) -> DWORD {
    var result = access & 0x0FFF_FFFF & ~0x0200_0000
    if access & 0x8000_0000 != 0 { result |= read }
    if access & 0x4000_0000 != 0 { result |= write }
    if access & 0x2000_0000 != 0 { result |= execute }
    if access & 0x1200_0000 != 0 { result |= all }
    return result
}

private func create(_ path: FilePath?, _ access: DWORD, _ share: DWORD, _ disposition: DWORD, _ flags: DWORD) -> HANDLE? {
    let invalid = unsafe HANDLE(bitPattern: -1)
    guard let path else {
        fail(3)
        return unsafe invalid
    }
    let access = specific(access)
    guard let disposition = FileDisposition(rawValue: disposition), disposition != .truncateExisting || access & 0x2 != 0 else {
        fail(87)
        return unsafe invalid
    }
    do throws(Errno) {
        if let library = try SystemLibraries.open(path) {
            guard disposition == .openExisting, access & 0x10116 == 0 else {
                try? library.close()
                fail(5)
                return unsafe invalid
            }
            let file = FileObject(descriptor: library, path: path, isDeletedOnClose: false)
            return unsafe HandleTable.open(.file(file), access: access)
        }
    } catch {
        fail(Status.error(error))
        return unsafe invalid
    }
    let known = try? HostFiles.information(path)
    if let known, known.isDirectory {
        fail(disposition == .createNew ? 80 : 5)
        return unsafe invalid
    }
    let request = FileRequest(access: access, share: share, disposition: disposition, flags: flags)
    do throws(FileFailure) {
        let file: FileObject
        var existed = true
        if let known, !known.isRegular {
            file = try device(path, request)
        } else {
            (file, existed) = try OpenFiles.shared.withLock { files throws(FileFailure) in try files.open(path, request) }
        }
        SetLastError(existed && disposition.tellsOfExisting ? 183 : 0)
        return unsafe HandleTable.open(.file(file), access: request.sharing.access)
    } catch {
        error.report()
        return unsafe invalid
    }
}

/// Opens what is no file of bytes: it has no sections, and is shared as it comes. A pipe may keep the caller waiting.
private func device(_ path: FilePath, _ request: FileRequest) throws(FileFailure) -> FileObject {
    guard request.disposition != .createNew else { throw .host(.fileExists) }
    do throws(Errno) {
        let descriptor = try HostFiles.open(path, reads: request.sharing.reads, writes: request.sharing.writes)
        return FileObject(descriptor: descriptor, path: path, isDeletedOnClose: false)
    } catch {
        throw .host(error)
    }
}

@c @implementation public func CreateFileA(
    _ path: LPCSTR?, _ access: DWORD, _ share: DWORD, _ attributes: LPSECURITY_ATTRIBUTES?, _ disposition: DWORD, _ flags: DWORD,
    _ model: HANDLE?
) -> HANDLE? {
    if let pipe = unsafe PipeName(Text.utf16(path)) {
        return unsafe PipeCalls.open(pipe, access: specific(access), disposition: disposition, flags: flags)
    }
    return unsafe create(Text.path(path), access, share, disposition, flags)
}

@c @implementation public func CreateFileW(
    _ path: LPCWSTR?, _ access: DWORD, _ share: DWORD, _ attributes: LPSECURITY_ATTRIBUTES?, _ disposition: DWORD, _ flags: DWORD,
    _ model: HANDLE?
) -> HANDLE? {
    if let pipe = unsafe PipeName(Text.utf16(path)) {
        return unsafe PipeCalls.open(pipe, access: specific(access), disposition: disposition, flags: flags)
    }
    return unsafe create(Text.path(path), access, share, disposition, flags)
}

@c @implementation public func CloseHandle(_ handle: HANDLE?) -> BOOL {
    win32 { () throws(Status) in try unsafe HandleTable.close(handle) }
}

@c @implementation public func NtClose(_ handle: HANDLE?) -> NTSTATUS {
    native { () throws(Status) in try unsafe HandleTable.close(handle) }
}

@c @implementation public func DuplicateHandle(
    _ sourceProcess: HANDLE?, _ source: HANDLE?, _ targetProcess: HANDLE?, _ target: LPHANDLE?, _ access: DWORD, _ inherit: BOOL,
    _ options: DWORD
) -> BOOL {
    win32 { () throws(Status) in
        try unsafe HandleTable.process(sourceProcess)
        try unsafe HandleTable.process(targetProcess)
        let duplicate: HANDLE?
        if Int(bitPattern: source) == HandleTable.currentProcess {
            unsafe duplicate = unsafe HandleTable.open(.process, access: options & 2 != 0 ? 0x1F_FFFF : access)
        } else if Int(bitPattern: source) == HandleTable.currentThread {
            let thread = try HandleTable.callingThread()
            unsafe duplicate = unsafe HandleTable.open(.thread(thread), access: options & 2 != 0 ? 0x1F_FFFF : access)
        } else {
            let entry = try unsafe HandleTable.find(source)
            var granted = entry.access
            if options & 2 == 0 {
                switch entry.object {
                case .file: granted = specific(access)
                case .section: granted = SectionCalls.specific(access)
                case .process: granted = access
                case .event: granted = specific(access, 0x12_0001, 0x12_0002, 0x12_0000, 0x1F_0003)
                case .thread: granted = specific(access, 0x12_0048, 0x12_0037, 0x12_0000, 0x1F_FFFF)
                case .notification: granted = specific(access, 0x12_0001, 0x2_0002, 0x12_0000, 0x1F_0003)
                case .pipe: granted = specific(access)
                }
            }
            unsafe duplicate = unsafe HandleTable.open(entry.object, access: granted)
        }
        if options & 1 != 0 { try unsafe HandleTable.close(source) }
        guard unsafe Arguments.store(UInt(bitPattern: duplicate), raw: target) else {
            try unsafe HandleTable.close(duplicate)
            throw Status(.accessViolation)
        }
    }
}

@c @implementation public func IsWow64Process(_ process: HANDLE?, _ answer: PBOOL?) -> BOOL {
    win32 { () throws(Status) in
        try unsafe HandleTable.process(process)
        guard unsafe Arguments.store(0, answer) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func OpenProcess(_ access: DWORD, _ inherit: BOOL, _ process: DWORD) -> HANDLE? {
    guard process == HostFiles.processID() else {
        fail(87)
        return nil
    }
    return unsafe HandleTable.open(.process, access: access)
}
