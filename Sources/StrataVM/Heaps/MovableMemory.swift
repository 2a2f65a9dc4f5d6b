import CStrataVM

/// Memory objects of LocalAlloc and GlobalAlloc that have handles.
///
/// A handle is the address of a word in a table of the process: eight bytes behind a boundary of sixteen, as no block is. The word has
/// the address of the object's bytes for programs that look there, and the one before it the flags that Windows keeps; what holds is
/// kept here.
struct MovableMemory {
    struct Object {
        /// Where its block is; 0 for a discarded object.
        var bytes: UInt
        var lockCount: UInt8 = 0
        var isDiscardable: Bool
        var isShared: Bool

        fileprivate var word: UInt64 {
            3 | (isDiscardable ? 4 : 0) | (bytes == 0 ? 8 : 0) | (isShared ? 0x8000 : 0) | UInt64(lockCount) << 16
        }
    }

    /// As many as there can be.
    static let capacity = 0x1_0000
    private static let stride: UInt = 16

    private var base: UInt = 0
    private var committed: UInt = 0
    private var objects: [Object?] = []
    private var unused: [Int] = []
    private var handles: [UInt: UInt] = [:]

    /// Taken after a heap's lock and never before it.
    static let shared = Table(MovableMemory())

    private func index(_ handle: UInt) -> Int? {
        guard base != 0, handle > base, (handle - base) % Self.stride == 8 else { return nil }
        let index = Int((handle - base) / Self.stride)
        return index < objects.count && objects[index] != nil ? index : nil
    }

    /// Whether a value is a handle by its looks, of an object or of none.
    static func isHandle(_ handle: UInt) -> Bool { handle % stride == 8 }

    subscript(handle: UInt) -> Object? { index(handle).flatMap { objects[$0] } }

    /// The handle of the object whose bytes begin at an address.
    func handle(of bytes: UInt) -> UInt? { handles[bytes] }

    /// Makes an object; nil where there are too many.
    mutating func add(_ object: Object) -> UInt? {
        guard let index = unused.popLast() ?? grow() else { return nil }
        objects[index] = object
        let handle = base + UInt(index) * Self.stride + 8
        note(object, handle)
        if object.bytes != 0 { handles[object.bytes] = handle }
        return handle
    }

    private mutating func grow() -> Int? {
        guard objects.count < Self.capacity else { return nil }
        let size = UInt(Self.capacity) * Self.stride
        if base == 0 { base = HeapMemory.allocate(0, size, .reserve, .readWrite) ?? 0 }
        guard base != 0 else { return nil }
        if UInt(objects.count + 1) * Self.stride > committed {
            guard HeapMemory.allocate(base + committed, HeapMemory.page, .commit, .readWrite) != nil else { return nil }
            committed += HeapMemory.page
        }
        objects.append(nil)
        return objects.count - 1
    }

    /// Changes an object that there is.
    mutating func update(_ handle: UInt, _ object: Object) {
        guard let index = index(handle), let before = objects[index] else { return }
        if before.bytes != object.bytes {
            handles[before.bytes] = nil
            if object.bytes != 0 { handles[object.bytes] = handle }
        }
        objects[index] = object
        note(object, handle)
    }

    mutating func remove(_ handle: UInt) {
        guard let index = index(handle), let object = objects[index] else { return }
        handles[object.bytes] = nil
        objects[index] = nil
        unused.append(index)
        note(nil, handle)
    }

    /// Writes what programs look at, as far as they have left it writable.
    private func note(_ object: Object?, _ handle: UInt) {
        _ = unsafe Arguments.store(object?.word ?? 0, raw: UnsafeMutableRawPointer(bitPattern: handle - 8))
        _ = unsafe Arguments.store(UInt64(object?.bytes ?? 0), raw: UnsafeMutableRawPointer(bitPattern: handle))
    }

    /// Tells of a block of the process's heap that an object has it.
    static func describe(_ entry: inout HeapEntry) {
        let bytes = entry.data
        guard
            let (handle, object) = shared.withLock({ table in
                table.handle(of: bytes).flatMap { handle in table[handle].map { (handle, $0) } }
            })
        else { return }
        entry.flags |= UInt16(PROCESS_HEAP_ENTRY_MOVEABLE | (object.isShared ? PROCESS_HEAP_ENTRY_DDESHARE : 0))
        entry.first = UInt64(handle)
    }
}
