import CHostMemory
import CStrataVM
import HostVirtualMemory
import SystemPackage

/// Runs a call on a file; errors of the host become those of Win32.
private func withFile(_ handle: HANDLE?, access: UInt32 = 0, _ body: (FileObject) throws -> Void) -> BOOL {
    do {
        let (file, granted) = try unsafe HandleTable.file(handle)
        guard access == 0 || granted & access != 0 else {
            fail(5)
            return 0
        }
        try body(file)
        return 1
    } catch let status as Status {
        fail(status)
    } catch let error as Errno {
        fail(Status.error(error))
    } catch {
        fail(31)
    }
    return 0
}

@c @implementation public func GetFileSizeEx(_ handle: HANDLE?, _ size: PLARGE_INTEGER?) -> BOOL {
    unsafe withFile(handle) { file in
        let information = try HostFiles.information(file.descriptor)
        guard unsafe Arguments.store(information.byteCount, raw: size) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func GetFileSize(_ handle: HANDLE?, _ high: LPDWORD?) -> DWORD {
    var size: UInt64 = 0
    guard unsafe withFile(handle, { file in size = try HostFiles.information(file.descriptor).byteCount }) != 0 else {
        return .max
    }
    if unsafe high != nil { _ = unsafe Arguments.store(DWORD(truncatingIfNeeded: size >> 32), high) }
    let low = DWORD(truncatingIfNeeded: size)
    // The value that stands for failure is a size as well.
    if low == .max { SetLastError(0) }
    return low
}

private func seek(_ file: FileObject, _ distance: Int64, _ method: DWORD) throws -> Int64 {
    let origin: FileDescriptor.SeekOrigin
    switch method {
    case 0: origin = .start
    case 1: origin = .current
    case 2: origin = .end
    default: throw Status(.invalidParameter)
    }
    return try file.descriptor.seek(offset: distance, from: origin)
}

@c @implementation public func SetFilePointerEx(
    _ handle: HANDLE?, _ distance: LARGE_INTEGER, _ position: PLARGE_INTEGER?, _ method: DWORD
) -> BOOL {
    unsafe withFile(handle) { file in
        let place = try unsafe seek(file, distance.QuadPart, method)
        if unsafe position != nil, unsafe !Arguments.store(place, raw: position) { throw Status(.accessViolation) }
    }
}

@c @implementation public func SetFilePointer(
    _ handle: HANDLE?, _ distance: LONG, _ high: PLONG?, _ method: DWORD
) -> DWORD {
    var place: Int64 = 0
    let isDone = unsafe withFile(handle) { file in
        var whole = Int64(distance)
        if unsafe high != nil {
            guard let upper = unsafe Arguments.load(high, default: 0) else { throw Status(.accessViolation) }
            whole = Int64(upper) << 32 | Int64(UInt32(bitPattern: distance))
        }
        place = try seek(file, whole, method)
    }
    guard isDone != 0 else { return .max }
    if unsafe high != nil { _ = unsafe Arguments.store(LONG(truncatingIfNeeded: place >> 32), high) }
    let low = DWORD(truncatingIfNeeded: place)
    if low == .max { SetLastError(0) }
    return low
}

@c @implementation public func SetEndOfFile(_ handle: HANDLE?) -> BOOL {
    unsafe withFile(handle, access: 0x2) { file in
        let place = try file.descriptor.seek(offset: 0, from: .current)
        let information = try HostFiles.information(file.descriptor)
        if let use = HostProcess.current.use(of: information.identity), UInt64(place) < min(use.byteCount, information.byteCount)
        {
            throw Status(.userMappedFile)
        }
        try HostFiles.resize(file.descriptor, to: place)
    }
}

@c @implementation public func FlushFileBuffers(_ handle: HANDLE?) -> BOOL {
    unsafe withFile(handle, access: 0x6) { file in _ = host_synchronize_file(file.descriptor.rawValue) }
}

/// Where an overlapped call is to read or write.
private func offset(_ overlapped: LPOVERLAPPED?) throws(Status) -> Int64? {
    guard let overlapped = unsafe overlapped else { return nil }
    let words = unsafe UnsafeRawPointer(overlapped).assumingMemoryBound(to: UInt64.self)
    guard let place = unsafe Arguments.load(words + 2, default: 0) else { throw Status(.accessViolation) }
    return Int64(clamping: place)
}

/// Tells an overlapped call's structure how it ended: at once.
private func complete(_ overlapped: LPOVERLAPPED?, _ count: Int) {
    guard let overlapped = unsafe overlapped else { return }
    let words = unsafe UnsafeMutableRawPointer(overlapped).assumingMemoryBound(to: UInt64.self)
    _ = unsafe Arguments.store(0, words)
    _ = unsafe Arguments.store(UInt64(count), words + 1)
    if let event = unsafe Overlapped(overlapped)?.event { Waits.locked { event.isSet = true } }
}

@c @implementation public func ReadFile(
    _ handle: HANDLE?, _ buffer: LPVOID?, _ size: DWORD, _ count: LPDWORD?, _ overlapped: LPOVERLAPPED?
) -> BOOL {
    if unsafe count != nil, unsafe !Arguments.store(0, count) {
        fail(998)
        return 0
    }
    if let pipe = unsafe HandleTable.pipe(handle) {
        return unsafe PipeCalls.read(pipe.end, pipe.access, buffer, size, count, overlapped)
    }
    var isPastEnd = false
    let isRead = unsafe withFile(handle, access: 0x1) { file in
        // The kernel does not come here when it meets a page that is watched or copied on write: open them before.
        guard host_probe(UInt(bitPattern: buffer), Int(size), true) else { throw Status(.accessViolation) }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(size))
        let done: Int
        if let place = try unsafe offset(overlapped) {
            done = try unsafe file.descriptor.read(fromAbsoluteOffset: place, into: bytes)
            isPastEnd = done == 0 && size > 0
        } else {
            done = try unsafe file.descriptor.read(into: bytes)
        }
        unsafe complete(overlapped, done)
        if unsafe count != nil { _ = unsafe Arguments.store(DWORD(done), count) }
    }
    if isRead != 0 && isPastEnd {
        fail(38)
        return 0
    }
    return isRead
}

@c @implementation public func WriteFile(
    _ handle: HANDLE?, _ buffer: LPCVOID?, _ size: DWORD, _ count: LPDWORD?, _ overlapped: LPOVERLAPPED?
) -> BOOL {
    if unsafe count != nil, unsafe !Arguments.store(0, count) {
        fail(998)
        return 0
    }
    if let pipe = unsafe HandleTable.pipe(handle) {
        return unsafe PipeCalls.write(pipe.end, pipe.access, buffer, size, count, overlapped)
    }
    return unsafe withFile(handle, access: 0x6) { file in
        guard host_probe(UInt(bitPattern: buffer), Int(size), false) else { throw Status(.accessViolation) }
        let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: Int(size))
        let done: Int
        if let place = try unsafe offset(overlapped) {
            done = try unsafe file.descriptor.writeAll(toAbsoluteOffset: place, bytes)
        } else {
            done = try unsafe file.descriptor.writeAll(bytes)
        }
        unsafe complete(overlapped, done)
        if unsafe count != nil { _ = unsafe Arguments.store(DWORD(done), count) }
    }
}
