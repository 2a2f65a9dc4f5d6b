import CStrataVM

/// A call on a pipe that has not ended: a read with its buffer, or the wait for a client.
final class PipeOperation {
    let buffer: UInt
    let size: Int
    let overlapped: Overlapped?

    /// Whose call it is: the end may be going away.
    let owner: PipeReader

    /// How it ended.
    private(set) var result: (status: Status, count: Int)?

    init(_ owner: PipeEnd, buffer: UInt = 0, size: Int = 0, _ overlapped: Overlapped?) {
        self.owner = owner.reader
        self.buffer = buffer
        self.size = size
        self.overlapped = overlapped
    }

    func end(_ status: Status, _ count: Int = 0) {
        result = (status, count)
        overlapped?.end(status, count)
        Waits.announce()
    }
}

/// How one end reads.
final class PipeReader {
    /// A read ends with a message and takes no more than one.
    var readsMessages: Bool

    /// Calls that would wait fail.
    var isNonblocking: Bool

    init(mode: DWORD) {
        readsMessages = mode & 2 != 0
        isNonblocking = mode & 1 != 0
    }
}

/// What goes one way through a pipe: messages that were written, or reads that wait for them, never both.
struct PipeChannel {
    private var messages: [[UInt8]] = []

    /// How much of the first message was read.
    private var offset = 0

    private(set) var reads: [PipeOperation] = []

    var isEmpty: Bool { messages.isEmpty }
    var byteCount: Int { messages.reduce(0) { $0 + $1.count } - offset }

    /// What is left of the first message.
    var firstMessage: ArraySlice<UInt8> { messages.first?[offset...] ?? [] }

    /// What a reader that takes no heed of messages would read.
    func peek(_ count: Int) -> [UInt8] { Array(messages.joined().dropFirst(offset).prefix(count)) }

    mutating func write(_ bytes: [UInt8], isMessage: Bool) {
        guard isMessage || !bytes.isEmpty else { return }
        messages.append(bytes)
        while !isEmpty, !reads.isEmpty { serve(reads.removeFirst()) }
    }

    /// Reads what is there, or waits for it.
    mutating func read(_ operation: PipeOperation) {
        if isEmpty { reads.append(operation) } else { serve(operation) }
    }

    private mutating func serve(_ operation: PipeOperation) {
        var bytes: [UInt8]
        var status = Status.success
        if operation.owner.readsMessages {
            bytes = Array(firstMessage.prefix(operation.size))
            if bytes.count < firstMessage.count { status = .bufferOverflow }
        } else {
            // An empty message is read as nothing, whatever follows.
            bytes = firstMessage.isEmpty ? [] : peek(operation.size)
        }
        guard bytes.isEmpty || PipeCalls.store(bytes, operation.buffer) else {
            operation.end(Status(.accessViolation))
            return
        }
        drop(bytes.count, wholeMessage: operation.owner.readsMessages && status == .success)
        operation.end(status, bytes.count)
    }

    private mutating func drop(_ count: Int, wholeMessage: Bool) {
        var rest = count
        if wholeMessage || rest == 0 && firstMessage.isEmpty { removeFirst() }
        guard !wholeMessage else { return }
        while rest > 0, !isEmpty {
            let step = min(rest, firstMessage.count)
            offset += step
            rest -= step
            if firstMessage.isEmpty { removeFirst() }
        }
    }

    private mutating func removeFirst() {
        messages.removeFirst()
        offset = 0
    }

    /// Ends the reads that wait, all of them or those that `isMeant`.
    mutating func endReads(_ status: Status, where isMeant: (PipeOperation) -> Bool = { _ in true }) -> Bool {
        let ended = reads.filter(isMeant)
        reads.removeAll { read in ended.contains { $0 === read } }
        for read in ended { read.end(status) }
        return !ended.isEmpty
    }

    mutating func removeAll() {
        messages = []
        offset = 0
    }
}

/// A pipe with two ends. Everything in it belongs to the lock of ``Waits``.
final class Pipe: @unchecked Sendable {
    enum State { case listening, connected, closing, disconnected }

    /// nil for a pipe without a name.
    let name: PipeName?
    let isMessages: Bool
    let serverReads: Bool
    let serverWrites: Bool
    var state = State.listening

    /// To the server, and to the client.
    var channels = [PipeChannel(), PipeChannel()]

    /// Calls of the server's that wait for a client.
    var connects: [PipeOperation] = []

    init(name: PipeName?, isMessages: Bool, serverReads: Bool, serverWrites: Bool) {
        self.name = name
        self.isMessages = isMessages
        self.serverReads = serverReads
        self.serverWrites = serverWrites
    }

    func connect() {
        state = .connected
        for connect in connects { connect.end(.success) }
        connects = []
        Waits.announce()
    }

    /// The client is sent away: what was written and not read is gone.
    func disconnect() {
        state = .disconnected
        for index in channels.indices {
            _ = channels[index].endReads(.pipeDisconnected)
            channels[index].removeAll()
        }
        Waits.announce()
    }

    /// One end is closed: its own calls end, and so do reads of the other, once nothing is left for them.
    func close(_ end: PipeEnd) {
        for connect in connects where connect.owner === end.reader { connect.end(.cancelled) }
        connects.removeAll { $0.owner === end.reader }
        _ = channels[end.incoming].endReads(.cancelled) { $0.owner === end.reader }
        if state == .connected || state == .closing {
            state = .closing
            _ = channels[1 - end.incoming].endReads(.pipeBroken)
        }
        if end.isServer {
            state = .closing
            channels[0].removeAll()
        }
        Waits.announce()
    }
}

/// One end of a pipe, as an open file.
final class PipeEnd: Waitable, @unchecked Sendable {
    let pipe: Pipe
    let isServer: Bool
    let isOverlapped: Bool
    let reader: PipeReader

    init(_ pipe: Pipe, isServer: Bool, isOverlapped: Bool, mode: DWORD) {
        self.pipe = pipe
        self.isServer = isServer
        self.isOverlapped = isOverlapped
        reader = PipeReader(mode: mode)
    }

    deinit { Waits.locked { pipe.close(self) } }

    /// The channel that this end reads.
    var incoming: Int { isServer ? 0 : 1 }

    /// Nothing waits for its end.
    override var isSignaled: Bool {
        !pipe.connects.contains { $0.owner === reader } && !pipe.channels[incoming].reads.contains { $0.owner === reader }
    }

    func cancel(_ isMeant: (PipeOperation) -> Bool) -> Bool {
        let connects = pipe.connects.filter { $0.owner === reader && isMeant($0) }
        pipe.connects.removeAll { connect in connects.contains { $0 === connect } }
        for connect in connects { connect.end(.cancelled) }
        let isRead = pipe.channels[incoming].endReads(.cancelled) { $0.owner === reader && isMeant($0) }
        return isRead || !connects.isEmpty
    }
}

/// The name of a pipe, without regard to case.
struct PipeName: Hashable, Sendable {
    let key: String

    /// - Returns: nil for what is the name of something else.
    init?(_ text: [UInt16]?) {
        guard let text else { return nil }
        let lower = String(decoding: text, as: UTF16.self).lowercased()
        let prefix = "\\\\.\\pipe\\"
        guard lower.hasPrefix(prefix), lower.utf8.count > prefix.utf8.count else { return nil }
        key = String(lower.dropFirst(prefix.count))
    }
}
