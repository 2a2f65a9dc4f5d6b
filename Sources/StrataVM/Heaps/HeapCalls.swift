import CStrataVM

private func result(
    _ handle: HANDLE?, _ flags: UInt32, _ body: (inout Heap) throws(HeapError) -> Void
) -> strata_vm_heap_result {
    do throws(HeapError) {
        return unsafe try HeapHandles.withHeap(handle, flags, body) == nil ? STRATA_VM_HEAP_NO_HEAP : STRATA_VM_HEAP_DONE
    } catch {
        return error == .noMemory ? STRATA_VM_HEAP_NO_MEMORY : STRATA_VM_HEAP_NO_BLOCK
    }
}

@c @implementation public func strata_vm_heap_create(
    _ flags: ULONG, _ base: UInt, _ reserve: Int, _ commit: Int, _ isGrowable: Bool
) -> HANDLE? {
    unsafe HeapHandles.create(
        flags, base: base, reserve: UInt(bitPattern: reserve), commit: UInt(bitPattern: commit), isGrowable: isGrowable)
}

// What these are given pointers for lies on the stack of the calls that are written in C.

@c @implementation public func strata_vm_heap_allocate(
    _ handle: HANDLE?, _ flags: UnsafeMutablePointer<DWORD>?, _ size: Int,
    _ block: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> strata_vm_heap_result {
    guard let flags = unsafe flags, let block = unsafe block else { return STRATA_VM_HEAP_NO_MEMORY }
    let asked = unsafe flags.pointee
    var bytes: UInt = 0
    let byteCount = UInt(bitPattern: size)
    let outcome = unsafe result(handle, asked) { heap throws(HeapError) in
        unsafe flags.pointee |= heap.flags
        bytes = try heap.allocate(byteCount)
    }
    // A region of its own is zeros already.
    if bytes != 0, asked & UInt32(HEAP_ZERO_MEMORY) != 0, HeapBlock.size(for: byteCount) <= Heap.largestSize {
        HeapMemory.clear(bytes, byteCount)
    }
    unsafe block.pointee = unsafe UnsafeMutableRawPointer(bitPattern: bytes)
    return outcome
}

@c @implementation public func strata_vm_heap_resize(
    _ handle: HANDLE?, _ flags: UnsafeMutablePointer<DWORD>?, _ size: Int,
    _ block: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> strata_vm_heap_result {
    guard let flags = unsafe flags, let block = unsafe block else { return STRATA_VM_HEAP_NO_MEMORY }
    let asked = unsafe flags.pointee
    var bytes = unsafe UInt(bitPattern: block.pointee)
    let byteCount = UInt(bitPattern: size)
    let outcome = unsafe result(handle, asked) { heap throws(HeapError) in
        unsafe flags.pointee |= heap.flags
        let before = try heap.byteCount(bytes)
        bytes = try heap.resize(bytes, byteCount, isInPlace: asked & UInt32(HEAP_REALLOC_IN_PLACE_ONLY) != 0)
        if asked & UInt32(HEAP_ZERO_MEMORY) != 0, byteCount > before { HeapMemory.clear(bytes + before, byteCount - before) }
    }
    unsafe block.pointee = unsafe UnsafeMutableRawPointer(bitPattern: bytes)
    return outcome
}

@c @implementation public func strata_vm_heap_free(
    _ handle: HANDLE?, _ flags: DWORD, _ block: UnsafeRawPointer?
) -> strata_vm_heap_result {
    unsafe result(handle, flags) { heap throws(HeapError) in try heap.free(UInt(bitPattern: block)) }
}

@c @implementation public func strata_vm_heap_size(
    _ handle: HANDLE?, _ flags: DWORD, _ block: UnsafeRawPointer?, _ size: UnsafeMutablePointer<Int>?
) -> strata_vm_heap_result {
    var byteCount: UInt = 0
    let outcome = unsafe result(handle, flags) { heap throws(HeapError) in
        byteCount = try heap.byteCount(UInt(bitPattern: block))
    }
    unsafe size?.pointee = Int(bitPattern: byteCount)
    return outcome
}

@c @implementation public func strata_vm_heap_validate(
    _ handle: HANDLE?, _ flags: DWORD, _ block: UnsafeRawPointer?
) -> strata_vm_heap_result {
    unsafe result(handle, flags) { heap throws(HeapError) in
        if let block = unsafe block {
            _ = try heap.byteCount(UInt(bitPattern: block))
        } else {
            guard heap.validate() else { throw .invalidBlock }
        }
    }
}

// MARK: Calls that raise nothing

@c @implementation public func HeapCreate(_ flags: DWORD, _ initialSize: SIZE_T, _ maximumSize: SIZE_T) -> HANDLE? {
    let (initial, maximum) = (UInt(bitPattern: initialSize), UInt(bitPattern: maximumSize))
    guard maximum == 0 || initial <= maximum else {
        fail(Status(.invalidParameter))
        return nil
    }
    guard
        let heap = unsafe HeapHandles.create(
            flags, base: 0, reserve: maximum, commit: initial, isGrowable: maximum == 0)
    else {
        fail(Status(.noMemory))
        return nil
    }
    return unsafe heap
}

@c @implementation public func RtlCreateHeap(
    _ flags: ULONG, _ base: PVOID?, _ reserve: SIZE_T, _ commit: SIZE_T, _ lock: PVOID?, _ parameters: PRTL_HEAP_PARAMETERS?
) -> PVOID? {
    let isGrowable = flags & UInt32(HEAP_GROWABLE) != 0
    let (reserved, committed) = (UInt(bitPattern: reserve), UInt(bitPattern: commit))
    guard
        let heap = unsafe HeapHandles.create(
            flags, base: UInt(bitPattern: base), reserve: max(reserved, committed, isGrowable ? 0 : 0x1_0000), commit: committed,
            isGrowable: isGrowable)
    else {
        fail(Status(.noMemory))
        return nil
    }
    return unsafe heap
}

@c @implementation public func RtlDestroyHeap(_ handle: PVOID?) -> PVOID? {
    guard unsafe handle != GetProcessHeap(), unsafe HeapHandles.destroy(handle) else { return unsafe handle }
    return nil
}

@c @implementation public func HeapDestroy(_ handle: HANDLE?) -> BOOL {
    guard unsafe handle != GetProcessHeap(), unsafe HeapHandles.destroy(handle) else {
        fail(Status(.invalidHandle))
        return 0
    }
    return 1
}

/// Runs a call about a heap that leaves its error for GetLastError.
private func call<Value>(_ handle: HANDLE?, _ flags: UInt32, _ failed: Value, _ body: (inout Heap) throws(HeapError) -> Value)
    -> Value
{
    do throws(HeapError) {
        if let value = try unsafe HeapHandles.withHeap(handle, flags, body) { return value }
        fail(Status(.invalidHandle))
    } catch {
        fail(Status(error == .noMemory ? .noMemory : .invalidParameter))
    }
    return failed
}

@c @implementation public func HeapCompact(_ handle: HANDLE?, _ flags: DWORD) -> SIZE_T {
    unsafe call(handle, flags, 0) { heap throws(HeapError) in Int(bitPattern: heap.compact()) }
}

@c @implementation public func HeapSummary(_ handle: HANDLE?, _ flags: DWORD, _ summary: LPHEAP_SUMMARY?) -> BOOL {
    guard var value = unsafe Arguments.load(summary, default: HEAP_SUMMARY()) else {
        fail(Status(.accessViolation))
        return 0
    }
    guard value.cb == MemoryLayout<HEAP_SUMMARY>.size else {
        fail(Status(.invalidParameter))
        return 0
    }
    let found = unsafe call(handle, flags, nil) { heap throws(HeapError) -> (Heap.Summary, Bool)? in
        (heap.summary(), heap.isGrowable)
    }
    guard let (sizes, isGrowable) = found else { return 0 }
    value.cbAllocated = Int(sizes.allocated)
    value.cbCommitted = Int(sizes.committed)
    value.cbReserved = Int(sizes.reserved)
    value.cbMaxReserve = isGrowable ? Int(Heap.largestRequest) : Int(sizes.reserved)
    guard unsafe Arguments.store(value, summary) else {
        fail(Status(.accessViolation))
        return 0
    }
    return 1
}
