import CHostMemory
import CStrataVM

/// The pipes that have names, by name. Belongs to the lock of ``Waits``.
private final class PipeNames: @unchecked Sendable {
    private struct Entry {
        weak var server: PipeEnd?
        let maximum: DWORD
    }

    private var entries: [PipeName: [Entry]] = [:]
    static let shared = PipeNames()

    /// The servers of a name that are there, and how many there may be.
    func servers(_ name: PipeName) -> (ends: [PipeEnd], maximum: DWORD) {
        let live = (entries[name] ?? []).filter { $0.server != nil }
        entries[name] = live.isEmpty ? nil : live
        return (live.compactMap(\.server), live.first?.maximum ?? 255)
    }

    func add(_ server: PipeEnd, _ name: PipeName, maximum: DWORD) {
        entries[name, default: []].append(Entry(server: server, maximum: maximum))
    }
}

/// The calls of pipes.
enum PipeCalls {
    private static let invalid = unsafe UInt(bitPattern: HANDLE(bitPattern: -1))

    /// Puts bytes where a program wants them.
    static func store(_ bytes: [UInt8], _ address: UInt) -> Bool {
        guard let target = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return false }
        // As many bytes as the reader said there is room for.
        return unsafe bytes.withUnsafeBytes { unsafe host_copy(target, $0.baseAddress, $0.count) }
    }

    static func load(_ address: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard count > 0 else { return [] }
        guard let source = unsafe address else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        let isCopied = unsafe bytes.withUnsafeMutableBytes { unsafe host_copy($0.baseAddress, source, count) }
        return isCopied ? bytes : nil
    }

    // MARK: Making and opening

    fileprivate static func create(
        _ name: PipeName?, _ openMode: DWORD, _ pipeMode: DWORD, _ maximum: DWORD
    ) -> HANDLE? {
        guard let name else {
            fail(123)
            return unsafe invalid.asHandle
        }
        let isMessages = pipeMode & 4 != 0
        guard 1...3 ~= openMode & 3, 1...255 ~= maximum, pipeMode & ~0xF == 0, isMessages || pipeMode & 2 == 0 else {
            fail(87)
            return unsafe invalid.asHandle
        }
        let pipe = Pipe(
            name: name, isMessages: isMessages, serverReads: openMode & 1 != 0, serverWrites: openMode & 2 != 0)
        let end = PipeEnd(pipe, isServer: true, isOverlapped: openMode & 0x4000_0000 != 0, mode: pipeMode)
        do throws(Status) {
            try Waits.locked { () throws(Status) in
                let there = PipeNames.shared.servers(name)
                if let first = there.ends.first {
                    guard openMode & 0x8_0000 == 0, first.pipe.isMessages == isMessages,
                        first.pipe.serverReads == pipe.serverReads, first.pipe.serverWrites == pipe.serverWrites
                    else { throw Status(.accessDenied) }
                    guard there.maximum == 255 || there.ends.count < Int(there.maximum) else { throw .pipeBusy }
                }
                PipeNames.shared.add(end, name, maximum: there.ends.isEmpty ? maximum : there.maximum)
            }
        } catch {
            fail(error)
            return unsafe invalid.asHandle
        }
        let access: DWORD = (openMode & 1 != 0 ? 0x12_0089 : 0x12_0000) | (openMode & 2 != 0 ? 0x12_0116 : 0)
        SetLastError(0)
        return unsafe HandleTable.open(.pipe(end), access: access | 0x10_0100)
    }

    /// Opens the client's end.
    static func open(_ name: PipeName, access: DWORD, disposition: DWORD, flags: DWORD) -> HANDLE? {
        do throws(Status) {
            guard disposition == 3 else { throw Status(.accessDenied) }
            let end = try Waits.locked { () throws(Status) -> PipeEnd in
                let servers = PipeNames.shared.servers(name).ends
                guard let first = servers.first else { throw .objectNameNotFound }
                guard access & 1 == 0 || first.pipe.serverWrites, access & 6 == 0 || first.pipe.serverReads else {
                    throw Status(.accessDenied)
                }
                guard let server = servers.first(where: { $0.pipe.state == .listening }) else { throw .pipeBusy }
                let end = PipeEnd(server.pipe, isServer: false, isOverlapped: flags & 0x4000_0000 != 0, mode: 0)
                server.pipe.connect()
                return end
            }
            return unsafe HandleTable.open(.pipe(end), access: access)
        } catch {
            fail(error)
            return unsafe invalid.asHandle
        }
    }

    // MARK: Reading and writing

    /// Waits for a call on an end that was not given a structure, or says that it goes on.
    fileprivate static func finish(_ operation: PipeOperation) throws(Status) -> Int {
        if operation.overlapped == nil { _ = Waits.sleep(until: .max) { operation.result != nil } }
        guard let result = operation.result else { throw .pending }
        // A message of which there is more was read as far as it is.
        guard result.status == .success || result.status == .bufferOverflow else { throw result.status }
        return result.count
    }

    static func read(
        _ end: PipeEnd, _ access: UInt32, _ buffer: LPVOID?, _ size: DWORD, _ count: LPDWORD?, _ structure: LPOVERLAPPED?
    ) -> BOOL {
        win32 { () throws(Status) in
            guard access & 1 != 0 else { throw Status(.accessDenied) }
            // The whole buffer is opened before anybody waits, and counts as written.
            guard host_probe(UInt(bitPattern: buffer), Int(size), true) else { throw Status(.accessViolation) }
            let overlapped = unsafe Overlapped(structure)
            let operation = PipeOperation(
                end, buffer: UInt(bitPattern: buffer), size: Int(size), end.isOverlapped ? overlapped : nil)
            let done = try Waits.locked { () throws(Status) -> Int in
                let isEmpty = end.pipe.channels[end.incoming].isEmpty
                switch end.pipe.state {
                case .listening: throw .pipeListening
                case .disconnected: throw .pipeDisconnected
                case .closing where isEmpty: throw .pipeBroken
                case .closing, .connected: break
                }
                guard !isEmpty || !end.reader.isNonblocking else { throw .pipeEmpty }
                try overlapped?.begin()
                end.pipe.channels[end.incoming].read(operation)
                return try finish(operation)
            }
            if unsafe count != nil { _ = unsafe Arguments.store(DWORD(done), count) }
            if operation.overlapped == nil, let overlapped { Waits.locked { overlapped.end(.success, done) } }
            if operation.result?.status == .bufferOverflow { throw .bufferOverflow }
        }
    }

    static func write(
        _ end: PipeEnd, _ access: UInt32, _ buffer: LPCVOID?, _ size: DWORD, _ count: LPDWORD?, _ structure: LPOVERLAPPED?
    ) -> BOOL {
        win32 { () throws(Status) in
            guard access & 6 != 0 else { throw Status(.accessDenied) }
            guard host_probe(UInt(bitPattern: buffer), Int(size), false), let bytes = unsafe load(buffer, Int(size)) else {
                throw Status(.accessViolation)
            }
            let overlapped = unsafe Overlapped(structure)
            try Waits.locked { () throws(Status) in
                switch end.pipe.state {
                case .listening: throw .pipeListening
                case .disconnected: throw .pipeDisconnected
                case .closing: throw .pipeClosing
                case .connected: break
                }
                try overlapped?.begin()
                end.pipe.channels[1 - end.incoming].write(bytes, isMessage: end.pipe.isMessages)
                overlapped?.end(.success, bytes.count)
            }
            if unsafe count != nil { _ = unsafe Arguments.store(size, count) }
        }
    }

    static func end(_ handle: HANDLE?) throws(Status) -> PipeEnd {
        _ = try unsafe HandleTable.find(handle)
        guard let found = unsafe HandleTable.pipe(handle) else { throw .objectTypeMismatch }
        return found.end
    }
}

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
