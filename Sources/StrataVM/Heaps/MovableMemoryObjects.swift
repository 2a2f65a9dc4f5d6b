import CStrataVM

/// What LocalAlloc, GlobalAlloc and those about their objects do. The two differ in names, and in few flags.
enum MovableMemoryCalls {
    enum Failure: Error {
        case invalidHandle
        case noMemory
        case invalidParameter
        case discarded
        case notLocked
        case lastUnlocked

        var error: UInt32 {
            switch self {
            case .invalidHandle: UInt32(ERROR_INVALID_HANDLE)
            case .noMemory: UInt32(ERROR_NOT_ENOUGH_MEMORY)
            case .invalidParameter: UInt32(ERROR_INVALID_PARAMETER)
            case .discarded: UInt32(ERROR_DISCARDED)
            case .notLocked: UInt32(ERROR_NOT_LOCKED)
            case .lastUnlocked: UInt32(ERROR_SUCCESS)
            }
        }
    }

    static let movable = UInt32(GMEM_MOVEABLE)
    static let zeroed = UInt32(GMEM_ZEROINIT)
    static let modify = UInt32(GMEM_MODIFY)
    static let discardable = UInt32(LMEM_DISCARDABLE)
    static let shared = UInt32(GMEM_SHARE)

    // MARK: Blocks of the process's heap

    private static func inHeap<Value>(_ body: (inout Heap) throws(HeapError) -> Value) throws(Failure) -> Value {
        do throws(HeapError) {
            guard let value = try unsafe HeapHandles.withHeap(GetProcessHeap(), 0, body) else { throw .invalidBlock }
            return value
        } catch {
            throw error == .noMemory ? .noMemory : .invalidHandle
        }
    }

    private static func allocate(_ size: UInt, _ flags: UInt32) throws(Failure) -> UInt {
        let bytes = try inHeap { heap throws(HeapError) in try heap.allocate(size) }
        if flags & zeroed != 0 { HeapMemory.clear(bytes, size) }
        return bytes
    }

    private static func free(_ bytes: UInt) throws(Failure) { try inHeap { heap throws(HeapError) in try heap.free(bytes) } }

    private static func size(of bytes: UInt) throws(Failure) -> UInt {
        try inHeap { heap throws(HeapError) in try heap.byteCount(bytes) }
    }

    private static func resize(_ bytes: UInt, _ size: UInt, _ flags: UInt32, isInPlace: Bool) throws(Failure) -> UInt {
        let (before, moved) = try inHeap { heap throws(HeapError) in
            (try heap.byteCount(bytes), try heap.resize(bytes, size, isInPlace: isInPlace))
        }
        if flags & zeroed != 0, size > before { HeapMemory.clear(moved + before, size - before) }
        return moved
    }

    // MARK: Objects

    /// Runs with the table and an object in it, which is put back changed.
    private static func withObject<Value>(
        _ handle: UInt, _ body: (inout MovableMemory.Object) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try MovableMemory.shared.withLock { table throws(Failure) in
            guard var object = table[handle] else { throw .invalidHandle }
            let value = try body(&object)
            table.update(handle, object)
            return value
        }
    }

    static func allocate(flags: UInt32, size: UInt) throws(Failure) -> UInt {
        guard flags & movable != 0 else { return try allocate(size, flags) }
        // Nothing of an object that is empty is there: it is discarded.
        let bytes = size == 0 ? 0 : try allocate(size, flags)
        do throws(Failure) {
            return try add(bytes, flags)
        } catch {
            if bytes != 0 { try? free(bytes) }
            throw error
        }
    }

    /// Gives memory of the heap a handle.
    private static func add(_ bytes: UInt, _ flags: UInt32) throws(Failure) -> UInt {
        let object = MovableMemory.Object(
            bytes: bytes, isDiscardable: flags & discardable != 0, isShared: flags & shared != 0)
        guard let handle = MovableMemory.shared.withLock({ $0.add(object) }) else { throw .noMemory }
        return handle
    }

    static func free(handle: UInt) throws(Failure) {
        guard handle != 0 else { return }
        guard MovableMemory.isHandle(handle) else {
            // The memory of an object goes with its handle.
            guard MovableMemory.shared.withLock({ $0.handle(of: handle) }) == nil else { throw .invalidHandle }
            return try free(handle)
        }
        let bytes = try MovableMemory.shared.withLock { table throws(Failure) in
            guard let object = table[handle] else { throw .invalidHandle }
            table.remove(handle)
            return object.bytes
        }
        if bytes != 0 { try? free(bytes) }
    }

    /// - Parameter canConvert: whether memory gets a handle by it that had none.
    static func reallocate(_ handle: UInt, size: UInt, flags: UInt32, canConvert: Bool) throws(Failure) -> UInt {
        guard flags & modify == 0 else { return try modify(handle, canConvert ? flags : flags & ~movable) }
        guard flags & discardable == 0 else { throw .invalidParameter }
        guard MovableMemory.isHandle(handle) else {
            guard handle != 0, MovableMemory.shared.withLock({ $0.handle(of: handle) }) == nil else { throw .invalidHandle }
            return try resize(handle, size, flags, isInPlace: flags & movable == 0)
        }
        let before = try withObject(handle) { object throws(Failure) in object }
        guard size > 0 || before.bytes == 0 || flags & movable != 0 else { throw .invalidParameter }
        guard size > 0 else {
            let bytes = try withObject(handle) { object throws(Failure) in
                guard object.lockCount == 0 else { throw .invalidParameter }
                defer { object.bytes = 0 }
                return object.bytes
            }
            if bytes != 0 { try? free(bytes) }
            return handle
        }
        guard before.bytes != 0 else {
            let bytes = try allocate(size, flags)
            let isTaken = try withObject(handle) { object throws(Failure) in
                guard object.bytes == 0 else { return false }
                object.bytes = bytes
                return true
            }
            guard isTaken else {
                try? free(bytes)
                throw .invalidHandle
            }
            return handle
        }
        try resizeObject(handle, size, flags)
        return handle
    }

    /// Changes the size of an object's block, which nobody else can have or lock before the object knows where it is then.
    private static func resizeObject(_ handle: UInt, _ size: UInt, _ flags: UInt32) throws(Failure) {
        try inHeap { heap throws(HeapError) in
            try MovableMemory.shared.withLock { table throws(HeapError) in
                guard var object = table[handle], object.bytes != 0 else { throw .invalidBlock }
                let before = try heap.byteCount(object.bytes)
                object.bytes = try heap.resize(
                    object.bytes, size, isInPlace: flags & movable == 0 && object.lockCount > 0)
                if flags & zeroed != 0, size > before { HeapMemory.clear(object.bytes + before, size - before) }
                table.update(handle, object)
            }
        }
    }

    /// Changes the flags alone: memory that stays where it is gets a handle, and what has one can be discarded.
    private static func modify(_ handle: UInt, _ flags: UInt32) throws(Failure) -> UInt {
        if MovableMemory.isHandle(handle) {
            try withObject(handle) { object throws(Failure) in
                if flags & discardable != 0 { object.isDiscardable = true }
            }
            return handle
        }
        _ = try size(of: handle)
        guard MovableMemory.shared.withLock({ $0.handle(of: handle) }) == nil else { throw .invalidHandle }
        return flags & movable != 0 ? try add(handle, flags) : handle
    }

    static func lock(_ handle: UInt) throws(Failure) -> UInt {
        guard MovableMemory.isHandle(handle) else {
            _ = try size(of: handle)
            return handle
        }
        return try withObject(handle) { object throws(Failure) in
            guard object.bytes != 0 else { throw .discarded }
            if object.lockCount < .max { object.lockCount += 1 }
            return object.bytes
        }
    }

    /// Takes one lock back; the last one is told as a failure without an error.
    static func unlock(_ handle: UInt) throws(Failure) {
        let left = try withObject(handle) { object throws(Failure) in
            guard object.lockCount > 0 else { throw .notLocked }
            object.lockCount -= 1
            return object.lockCount
        }
        guard left > 0 else { throw .lastUnlocked }
    }

    static func size(handle: UInt) throws(Failure) -> UInt {
        guard MovableMemory.isHandle(handle) else { return try size(of: handle) }
        return try inHeap { heap throws(HeapError) in
            // The block is the object's as long as nobody can resize it.
            try MovableMemory.shared.withLock { table throws(HeapError) in
                guard let object = table[handle] else { throw .invalidBlock }
                return object.bytes == 0 ? 0 : try heap.byteCount(object.bytes)
            }
        }
    }

    /// The object, or nil for memory that has no handle.
    static func object(_ handle: UInt) throws(Failure) -> MovableMemory.Object? {
        guard MovableMemory.isHandle(handle) else {
            _ = try size(of: handle)
            return nil
        }
        guard let object = MovableMemory.shared.withLock({ $0[handle] }) else { throw .invalidHandle }
        return object
    }

    static func handle(of bytes: UInt) throws(Failure) -> UInt {
        if let handle = MovableMemory.shared.withLock({ $0.handle(of: bytes) }) { return handle }
        if MovableMemory.isHandle(bytes) {
            guard MovableMemory.shared.withLock({ $0[bytes] }) != nil else { throw .invalidHandle }
            return bytes
        }
        _ = try size(of: bytes)
        return bytes
    }
}
