import CStrataVM

private typealias Failure = MovableMemoryCalls.Failure

private func call<Value>(_ failed: Value, _ body: () throws(Failure) -> Value) -> Value {
    do throws(Failure) { return try body() } catch {
        fail(error.error)
        return failed
    }
}

private func handle(_ body: () throws(Failure) -> UInt) -> HANDLE? { unsafe call(0, body).asHandle }

private func free(_ memory: HANDLE?) -> HANDLE? {
    let value = UInt(bitPattern: memory)
    return unsafe call(value) { () throws(Failure) in
        try MovableMemoryCalls.free(handle: value)
        return 0
    }.asHandle
}

private func unlock(_ memory: HANDLE?) -> BOOL {
    let value = UInt(bitPattern: memory)
    return call(0) { () throws(Failure) in
        try MovableMemoryCalls.unlock(value)
        return 1
    }
}

private func size(_ memory: HANDLE?) -> SIZE_T {
    let value = UInt(bitPattern: memory)
    return call(0) { () throws(Failure) in Int(bitPattern: try MovableMemoryCalls.size(handle: value)) }
}

/// - Parameter discardable: how the call names an object that can be discarded.
private func flags(_ memory: HANDLE?, discardable: Int32, shared: Int32) -> UINT {
    let value = UInt(bitPattern: memory)
    return call(UINT(GMEM_INVALID_HANDLE)) { () throws(Failure) in
        guard let object = try MovableMemoryCalls.object(value) else { return 0 }
        return UINT(object.lockCount) | UINT(object.isDiscardable ? discardable : 0) | UINT(object.isShared ? shared : 0)
            | UINT(object.bytes == 0 ? GMEM_DISCARDED : 0)
    }
}

// MARK: Local

@c @implementation public func LocalAlloc(_ flags: UINT, _ size: SIZE_T) -> HLOCAL? {
    // There is nothing to share with.
    unsafe handle { () throws(Failure) in
        try MovableMemoryCalls.allocate(flags: flags & ~MovableMemoryCalls.shared, size: UInt(bitPattern: size))
    }
}

@c @implementation public func LocalReAlloc(_ memory: HLOCAL?, _ size: SIZE_T, _ flags: UINT) -> HLOCAL? {
    let value = UInt(bitPattern: memory)
    return unsafe handle { () throws(Failure) in
        try MovableMemoryCalls.reallocate(
            value, size: UInt(bitPattern: size), flags: flags & ~MovableMemoryCalls.shared, canConvert: false)
    }
}

@c @implementation public func LocalFree(_ memory: HLOCAL?) -> HLOCAL? { unsafe free(memory) }

@c @implementation public func LocalLock(_ memory: HLOCAL?) -> PVOID? {
    let value = UInt(bitPattern: memory)
    return unsafe handle { () throws(Failure) in try MovableMemoryCalls.lock(value) }
}

@c @implementation public func LocalUnlock(_ memory: HLOCAL?) -> BOOL {
    guard MovableMemory.isHandle(UInt(bitPattern: memory)) else {
        fail(Failure.notLocked.error)
        return 0
    }
    return unsafe unlock(memory)
}

@c @implementation public func LocalSize(_ memory: HLOCAL?) -> SIZE_T { unsafe size(memory) }

@c @implementation public func LocalFlags(_ memory: HLOCAL?) -> UINT {
    unsafe flags(memory, discardable: LMEM_DISCARDABLE, shared: 0)
}

@c @implementation public func LocalHandle(_ memory: LPCVOID?) -> HLOCAL? {
    let value = UInt(bitPattern: memory)
    return unsafe handle { () throws(Failure) in try MovableMemoryCalls.handle(of: value) }
}

@c @implementation public func LocalCompact(_ size: UINT) -> SIZE_T { unsafe HeapCompact(GetProcessHeap(), 0) }

@c @implementation public func LocalShrink(_ memory: HLOCAL?, _ size: UINT) -> SIZE_T {
    unsafe HeapCompact(GetProcessHeap(), 0)
}

// MARK: Global

@c @implementation public func GlobalAlloc(_ flags: UINT, _ size: SIZE_T) -> HGLOBAL? {
    // Nothing fixed is empty here, as it is on Windows.
    let least: UInt = flags & MovableMemoryCalls.movable == 0 ? 1 : 0
    return unsafe handle { () throws(Failure) in
        try MovableMemoryCalls.allocate(flags: flags, size: max(UInt(bitPattern: size), least))
    }
}

@c @implementation public func GlobalReAlloc(_ memory: HGLOBAL?, _ size: SIZE_T, _ flags: UINT) -> HGLOBAL? {
    let value = UInt(bitPattern: memory)
    return unsafe handle { () throws(Failure) in
        try MovableMemoryCalls.reallocate(value, size: UInt(bitPattern: size), flags: flags, canConvert: true)
    }
}

@c @implementation public func GlobalFree(_ memory: HGLOBAL?) -> HGLOBAL? { unsafe free(memory) }

@c @implementation public func GlobalLock(_ memory: HGLOBAL?) -> LPVOID? { unsafe LocalLock(memory) }

/// Memory without a handle is always locked, and stays so.
@c @implementation public func GlobalUnlock(_ memory: HGLOBAL?) -> BOOL {
    MovableMemory.isHandle(UInt(bitPattern: memory)) ? unsafe unlock(memory) : 1
}

@c @implementation public func GlobalSize(_ memory: HGLOBAL?) -> SIZE_T { unsafe size(memory) }

@c @implementation public func GlobalFlags(_ memory: HGLOBAL?) -> UINT {
    unsafe flags(memory, discardable: GMEM_DISCARDABLE, shared: GMEM_SHARE)
}

@c @implementation public func GlobalHandle(_ memory: LPCVOID?) -> HGLOBAL? { unsafe LocalHandle(memory) }

@c @implementation public func GlobalCompact(_ size: DWORD) -> SIZE_T { unsafe HeapCompact(GetProcessHeap(), 0) }
