import CHostMemory
import CStrataVM

/// The pipes that have names, by name. Belongs to the lock of ``Waits``.
final class PipeNames: @unchecked Sendable {
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

    static func create(
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
                Waits.announce()
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
    static func finish(_ operation: PipeOperation) throws(Status) -> Int {
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
