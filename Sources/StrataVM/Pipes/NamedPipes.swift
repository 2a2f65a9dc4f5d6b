import CHostMemory
import CStrataVM

@c @implementation public func CreateNamedPipeA(
    _ name: LPCSTR?, _ openMode: DWORD, _ pipeMode: DWORD, _ maximum: DWORD, _ outSize: DWORD, _ inSize: DWORD, _ timeout: DWORD,
    _ attributes: LPSECURITY_ATTRIBUTES?
) -> HANDLE? {
    unsafe PipeCalls.create(PipeName(Text.utf16(name)), openMode, pipeMode, maximum)
}

@c @implementation public func CreateNamedPipeW(
    _ name: LPCWSTR?, _ openMode: DWORD, _ pipeMode: DWORD, _ maximum: DWORD, _ outSize: DWORD, _ inSize: DWORD, _ timeout: DWORD,
    _ attributes: LPSECURITY_ATTRIBUTES?
) -> HANDLE? {
    unsafe PipeCalls.create(PipeName(Text.utf16(name)), openMode, pipeMode, maximum)
}

@c @implementation public func CreatePipe(
    _ reader: PHANDLE?, _ writer: PHANDLE?, _ attributes: LPSECURITY_ATTRIBUTES?, _ size: DWORD
) -> BOOL {
    win32 { () throws(Status) in
        guard unsafe Arguments.store(0 as UInt, raw: reader), unsafe Arguments.store(0 as UInt, raw: writer) else {
            throw Status(.accessViolation)
        }
        let pipe = Pipe(name: nil, isMessages: false, serverReads: true, serverWrites: false)
        let server = PipeEnd(pipe, isServer: true, isOverlapped: false, mode: 0)
        let client = PipeEnd(pipe, isServer: false, isOverlapped: false, mode: 0)
        Waits.locked { pipe.connect() }
        let first = unsafe HandleTable.open(.pipe(server), access: 0x12_0189)
        let second = unsafe HandleTable.open(.pipe(client), access: 0x12_0196)
        _ = unsafe Arguments.store(UInt(bitPattern: first), raw: reader)
        _ = unsafe Arguments.store(UInt(bitPattern: second), raw: writer)
    }
}

@c @implementation public func ConnectNamedPipe(_ handle: HANDLE?, _ structure: LPOVERLAPPED?) -> BOOL {
    win32 { () throws(Status) in
        let end = try unsafe PipeCalls.end(handle)
        guard end.isServer else { throw Status(.invalidParameter) }
        let overlapped = unsafe Overlapped(structure)
        _ = try Waits.locked { () throws(Status) -> Int in
            switch end.pipe.state {
            case .connected: throw .pipeConnected
            case .closing: throw .pipeClosing
            case .disconnected: end.pipe.state = .listening
            case .listening: break
            }
            guard !end.reader.isNonblocking else { throw .pipeListening }
            let operation = PipeOperation(end, end.isOverlapped ? overlapped : nil)
            try operation.overlapped?.begin()
            end.pipe.connects.append(operation)
            Waits.announce()
            return try PipeCalls.finish(operation)
        }
    }
}

@c @implementation public func DisconnectNamedPipe(_ handle: HANDLE?) -> BOOL {
    win32 { () throws(Status) in
        let end = try unsafe PipeCalls.end(handle)
        guard end.isServer else { throw Status(.invalidParameter) }
        try Waits.locked { () throws(Status) in
            guard end.pipe.state != .disconnected else { throw .pipeDisconnected }
            end.pipe.disconnect()
        }
    }
}

private func wait(_ name: PipeName?, _ milliseconds: DWORD) -> BOOL {
    guard let name else {
        fail(123)
        return 0
    }
    // The server's own default is 50 ms.
    let deadline = Waits.deadline(milliseconds == 0 ? 50 : milliseconds)
    let isThere: Bool? = Waits.locked {
        guard !PipeNames.shared.servers(name).ends.isEmpty else { return nil }
        return Waits.sleep(until: deadline) {
            PipeNames.shared.servers(name).ends.contains { $0.pipe.state == .listening }
        }
    }
    guard isThere == true else {
        fail(isThere == nil ? 2 : 121)
        return 0
    }
    return 1
}

@c @implementation public func WaitNamedPipeA(_ name: LPCSTR?, _ milliseconds: DWORD) -> BOOL {
    unsafe wait(PipeName(Text.utf16(name)), milliseconds)
}

@c @implementation public func WaitNamedPipeW(_ name: LPCWSTR?, _ milliseconds: DWORD) -> BOOL {
    unsafe wait(PipeName(Text.utf16(name)), milliseconds)
}

@c @implementation public func SetNamedPipeHandleState(
    _ handle: HANDLE?, _ mode: LPDWORD?, _ collectionCount: LPDWORD?, _ collectionTimeout: LPDWORD?
) -> BOOL {
    win32 { () throws(Status) in
        let end = try unsafe PipeCalls.end(handle)
        guard unsafe mode != nil else { return }
        guard let wanted = unsafe Arguments.load(mode, default: 0) else { throw Status(.accessViolation) }
        guard wanted & ~3 == 0, wanted & 2 == 0 || end.pipe.isMessages else { throw Status(.invalidParameter) }
        Waits.locked {
            end.reader.readsMessages = wanted & 2 != 0
            end.reader.isNonblocking = wanted & 1 != 0
        }
    }
}

@c @implementation public func PeekNamedPipe(
    _ handle: HANDLE?, _ buffer: LPVOID?, _ size: DWORD, _ count: LPDWORD?, _ available: LPDWORD?, _ left: LPDWORD?
) -> BOOL {
    win32 { () throws(Status) in
        guard let (end, access) = unsafe HandleTable.pipe(handle) else { throw Status(.invalidHandle) }
        guard access & 1 != 0 else { throw Status(.accessDenied) }
        let seen = try Waits.locked { () throws(Status) -> (bytes: [UInt8], total: Int, left: Int) in
            let channel = end.pipe.channels[end.incoming]
            if end.pipe.state == .closing && channel.isEmpty { throw .pipeBroken }
            if end.pipe.state == .disconnected { throw .pipeDisconnected }
            let first = channel.firstMessage
            let limit = unsafe buffer == nil ? 0 : Int(size)
            let bytes = end.reader.readsMessages ? Array(first.prefix(limit)) : channel.peek(limit)
            return (bytes, channel.byteCount, end.pipe.isMessages ? max(first.count - bytes.count, 0) : 0)
        }
        guard seen.bytes.isEmpty || PipeCalls.store(seen.bytes, UInt(bitPattern: buffer)) else { throw Status(.accessViolation) }
        if unsafe count != nil { _ = unsafe Arguments.store(DWORD(seen.bytes.count), count) }
        if unsafe available != nil { _ = unsafe Arguments.store(DWORD(seen.total), available) }
        if unsafe left != nil { _ = unsafe Arguments.store(DWORD(seen.left), left) }
    }
}

private func cancel(_ handle: HANDLE?, _ isMeant: (PipeOperation) -> Bool) -> BOOL {
    win32 { () throws(Status) in
        _ = try unsafe HandleTable.find(handle)
        // A file's calls have ended when they return.
        guard let end = unsafe HandleTable.pipe(handle)?.end, Waits.locked({ end.cancel(isMeant) }) else { throw .notFound }
    }
}

@c @implementation public func CancelIo(_ handle: HANDLE?) -> BOOL {
    do throws(Status) { _ = try unsafe HandleTable.find(handle) } catch {
        fail(error)
        return 0
    }
    // Nothing to cancel is no failure here.
    if let end = unsafe HandleTable.pipe(handle)?.end { _ = Waits.locked { end.cancel { $0.overlapped != nil } } }
    return 1
}

@c @implementation public func CancelIoEx(_ handle: HANDLE?, _ structure: LPOVERLAPPED?) -> BOOL {
    let address = UInt(bitPattern: structure)
    return unsafe cancel(handle) { operation in address == 0 || operation.overlapped?.address == address }
}
