import CStrataVM

private func failed(_ error: Int32) -> BOOL {
    fail(UInt32(error))
    return 0
}

@c @implementation public func HeapQueryInformation(
    _ handle: HANDLE?, _ information: HEAP_INFORMATION_CLASS, _ buffer: PVOID?, _ size: SIZE_T, _ needed: PSIZE_T?
) -> BOOL {
    guard information == HeapCompatibilityInformation else { return failed(ERROR_INVALID_PARAMETER) }
    var value: UInt32?
    do throws(HeapError) { value = try unsafe HeapHandles.withHeap(handle, 0) { heap in heap.compatibility } } catch {}
    guard let value else { return failed(ERROR_NOACCESS) }
    if unsafe needed != nil, unsafe !Arguments.store(4, raw: needed) { return failed(ERROR_NOACCESS) }
    guard UInt(bitPattern: size) >= 4 else { return failed(ERROR_INSUFFICIENT_BUFFER) }
    return unsafe Arguments.store(value, raw: buffer) ? 1 : failed(ERROR_NOACCESS)
}

@c @implementation public func HeapSetInformation(
    _ handle: HANDLE?, _ information: HEAP_INFORMATION_CLASS, _ buffer: PVOID?, _ size: SIZE_T
) -> BOOL {
    switch information {
    case HeapEnableTerminationOnCorruption:
        guard unsafe buffer == nil, size == 0 else { return failed(ERROR_INVALID_PARAMETER) }
        strata_vm_heaps_terminate()
        return 1
    case HeapCompatibilityInformation:
        guard UInt(bitPattern: size) >= 4 else { return failed(ERROR_INSUFFICIENT_BUFFER) }
        guard let value = unsafe Arguments.load(buffer?.assumingMemoryBound(to: UInt32.self), default: 0) else {
            return failed(ERROR_NOACCESS)
        }
        return unsafe setCompatibility(handle, value)
    case HeapOptimizeResources:
        let words = unsafe buffer?.assumingMemoryBound(to: UInt32.self)
        guard UInt(bitPattern: size) >= 8 else { return failed(ERROR_INSUFFICIENT_BUFFER) }
        guard let version = unsafe Arguments.load(words, default: 0) else { return failed(ERROR_NOACCESS) }
        guard version == UInt32(HEAP_OPTIMIZE_RESOURCES_CURRENT_VERSION) else { return failed(ERROR_INVALID_PARAMETER) }
        guard unsafe handle != nil else { return optimizeAll() }
        var isHeap: Void?
        do throws(HeapError) { isHeap = try unsafe HeapHandles.withHeap(handle, 0) { heap in _ = heap.compact() } } catch {}
        return isHeap == nil ? failed(ERROR_INVALID_HANDLE) : 1
    default:
        return failed(ERROR_INVALID_PARAMETER)
    }
}

/// Heaps come to keep blocks for requests of their size by themselves; the program may say once that it wants it.
private func setCompatibility(_ handle: HANDLE?, _ value: UInt32) -> BOOL {
    var error: Int32?
    do throws(HeapError) {
        error = try unsafe HeapHandles.withHeap(handle, 0) { heap in
            guard heap.flags & UInt32(HEAP_NO_SERIALIZE) == 0 else { return ERROR_INVALID_PARAMETER }
            guard value == 2, heap.tellsOfKeeping else {
                return value == 0 && heap.compatibility == 0 ? ERROR_SUCCESS : ERROR_GEN_FAILURE
            }
            heap.compatibility = 2
            return ERROR_SUCCESS
        }
    } catch {}
    guard let error else { return failed(ERROR_INVALID_HANDLE) }
    return error == ERROR_SUCCESS ? 1 : failed(error)
}

private func optimizeAll() -> BOOL {
    // More heaps than there is room for do without.
    let handles = unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: 256) { buffer in
        let pointer = unsafe UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: HANDLE?.self)
        let count = unsafe min(strata_vm_heap_handles(pointer, buffer.count), buffer.count)
        return unsafe Array(buffer[..<count])
    }
    for handle in handles { _ = unsafe HeapCompact(handle.asHandle, 0) }
    return 1
}
