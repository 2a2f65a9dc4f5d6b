import CStrataVM

/// What a handle refers to.
enum HandleObject {
    case file(FileObject)
    case section(SectionObject)
    case event(EventObject)
    case thread(ThreadObject)
    case pipe(PipeEnd)
    case notification(MemoryNotification)

    /// This process, the only one there is.
    case process
}

/// The handles of this process: what each refers to, and what it may be used for.
struct HandleTable {
    struct Entry {
        let object: HandleObject
        let access: UInt32
    }

    private var entries: [Entry?] = []
    private var unused: [Int] = []

    static let shared = Table(HandleTable())

    /// The pseudo-handle of this process.
    static let currentProcess = Int(-1)

    private static func index(_ handle: HANDLE?) -> Int? {
        let value = Int(bitPattern: handle)
        return value >= 4 && value & 3 == 0 ? value >> 2 - 1 : nil
    }

    mutating func add(_ object: HandleObject, access: UInt32) -> HANDLE? {
        let entry = Entry(object: object, access: access)
        let index: Int
        if let free = unused.popLast() {
            index = free
            entries[free] = entry
        } else {
            index = entries.count
            entries.append(entry)
        }
        return unsafe HANDLE(bitPattern: (index + 1) << 2)
    }

    func entry(_ handle: HANDLE?) -> Entry? {
        guard let index = unsafe Self.index(handle), index < entries.count else { return nil }
        return entries[index]
    }

    mutating func remove(_ handle: HANDLE?) -> Entry? {
        guard let index = unsafe Self.index(handle), index < entries.count, let entry = entries[index] else { return nil }
        entries[index] = nil
        unused.append(index)
        return entry
    }

    // MARK: Without the table at hand

    static func open(_ object: HandleObject, access: UInt32) -> HANDLE? {
        unsafe shared.withLock { table in unsafe UInt(bitPattern: table.add(object, access: access)) }.asHandle
    }

    static func find(_ handle: HANDLE?) throws(Status) -> Entry {
        switch Int(bitPattern: handle) {
        case currentProcess: return Entry(object: .process, access: 0x1F_FFFF)
        case currentThread: return Entry(object: .thread(try callingThread()), access: 0x1F_FFFF)
        default: break
        }
        let value = UInt(bitPattern: handle)
        guard let entry = shared.withLock({ table in unsafe table.entry(value.asHandle) }) else { throw Status(.invalidHandle) }
        return entry
    }

    static func file(_ handle: HANDLE?) throws(Status) -> (file: FileObject, access: UInt32) {
        let entry = try unsafe find(handle)
        guard case .file(let file) = entry.object else { throw .objectTypeMismatch }
        return (file, entry.access)
    }

    static func pipe(_ handle: HANDLE?) -> (end: PipeEnd, access: UInt32)? {
        guard let entry = try? unsafe find(handle), case .pipe(let end) = entry.object else { return nil }
        return (end, entry.access)
    }

    static func event(_ handle: HANDLE?, access: UInt32 = 0) throws(Status) -> EventObject {
        let entry = try unsafe find(handle)
        guard case .event(let event) = entry.object else { throw .objectTypeMismatch }
        guard entry.access & access == access else { throw Status(.accessDenied) }
        return event
    }

    static func notification(_ handle: HANDLE?) throws(Status) -> MemoryNotification {
        let entry = try unsafe find(handle)
        guard case .notification(let notification) = entry.object else { throw .objectTypeMismatch }
        guard entry.access & 0x1 != 0 else { throw Status(.accessDenied) }
        return notification
    }

    static func thread(_ handle: HANDLE?) throws(Status) -> ThreadObject {
        guard case .thread(let thread) = try unsafe find(handle).object else { throw .objectTypeMismatch }
        return thread
    }

    /// What a handle lets its holder wait for.
    static func waitable(_ handle: HANDLE?) throws(Status) -> Waitable {
        if Int(bitPattern: handle) == currentProcess { return Waitable() }
        let entry = try unsafe find(handle)
        let isAllowed = entry.access & 0x10_0000 != 0
        switch entry.object {
        case .event(let event):
            guard isAllowed else { throw Status(.accessDenied) }
            return event
        case .thread(let thread):
            guard isAllowed else { throw Status(.accessDenied) }
            return thread
        case .notification(let notification):
            guard isAllowed else { throw Status(.accessDenied) }
            return notification
        case .pipe(let end): return end
        // Reads and writes of a file have ended when their calls return.
        case .file: return EventObject(isManual: true, isSet: true)
        case .process: return Waitable()
        case .section: throw .objectTypeMismatch
        }
    }

    static func section(_ handle: HANDLE?, access: UInt32 = 0) throws(Status) -> SectionObject {
        let entry = try unsafe find(handle)
        guard case .section(let section) = entry.object else { throw .objectTypeMismatch }
        guard entry.access & access == access else { throw Status(.accessDenied) }
        return section
    }

    /// Demands that a handle is one of this process.
    static func process(_ handle: HANDLE?) throws(Status) {
        if Int(bitPattern: handle) == currentProcess { return }
        guard case .process = try unsafe find(handle).object else { throw .objectTypeMismatch }
    }

    /// Demands that a handle is one of this process and was opened for something.
    static func process(_ handle: HANDLE?, access: UInt32) throws(Status) {
        if Int(bitPattern: handle) == currentProcess { return }
        let entry = try unsafe find(handle)
        guard case .process = entry.object else { throw .objectTypeMismatch }
        // Who may ask everything may ask the little that goes by a right of its own, and who asked for all that there is has it.
        var granted = entry.access
        if granted & 0x400 != 0 { granted |= 0x1000 }
        guard granted & 0x1200_0000 != 0 || granted & access == access else { throw Status(.accessDenied) }
    }

    static func close(_ handle: HANDLE?) throws(Status) {
        if Int(bitPattern: handle) == currentProcess || Int(bitPattern: handle) == currentThread { return }
        let value = UInt(bitPattern: handle)
        // The object may end here, with the table's lock given back.
        guard let entry = shared.withLock({ table in unsafe table.remove(value.asHandle) }) else { throw Status(.invalidHandle) }
        _ = entry
    }
}

extension UInt {
    var asHandle: HANDLE? { unsafe HANDLE(bitPattern: self) }
}

@c @implementation public func strata_vm_is_this_process(_ process: HANDLE?) -> Bool {
    (try? unsafe HandleTable.process(process)) != nil
}
