import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// Heaps by their handles.
enum HeapHandles {
    private static func lock(_ place: UnsafeMutablePointer<strata_vm_heap_place>) -> UnsafeMutablePointer<strata_vm_lock> {
        // The first member.
        unsafe UnsafeMutableRawPointer(place).assumingMemoryBound(to: strata_vm_lock.self)
    }

    /// Runs with a heap, under its lock where the heap and the call want one; nil where the handle is none of a heap's.
    @inline(__always)
    static func withHeap<Result>(
        _ handle: HANDLE?, _ flags: UInt32, _ body: (inout Heap) throws(HeapError) -> Result
    ) throws(HeapError) -> Result? {
        // Places are never freed, so that a heap that goes meanwhile leaves one without it.
        guard let place = unsafe strata_vm_heap_place_of(handle) else { return nil }
        let isLocked = unsafe place.pointee.is_serialized && flags & UInt32(HEAP_NO_SERIALIZE) == 0
        if isLocked { unsafe strata_vm_lock_enter(lock(place)) }
        defer { if isLocked { _ = unsafe strata_vm_lock_leave(lock(place)) } }
        guard unsafe place.pointee.handle == UInt(bitPattern: handle), let heap = unsafe place.pointee.heap else { return nil }
        return try unsafe body(&heap.assumingMemoryBound(to: Heap.self).pointee)
    }

    /// Makes a heap.
    ///
    /// - Parameters:
    ///   - base: memory of the caller's; 0 for none.
    ///   - reserve: how much it may have at once, in bytes; 0 leaves it to the heap.
    static func create(_ flags: UInt32, base: UInt, reserve: UInt, commit: UInt, isGrowable: Bool) -> HANDLE? {
        let isExecutable = flags & UInt32(HEAP_CREATE_ENABLE_EXECUTE) != 0
        let protection: PageProtection = isExecutable ? .executeReadWrite : .readWrite
        guard let segment = firstSegment(base, reserve, commit, isGrowable, protection) else { return nil }
        let heap = UnsafeMutablePointer<Heap>.allocate(capacity: 1)
        let kept = UInt32(HEAP_NO_SERIALIZE | HEAP_GENERATE_EXCEPTIONS | HEAP_CREATE_ENABLE_EXECUTE | HEAP_GROWABLE)
        unsafe heap.initialize(
            to: Heap(flags: flags & kept, isGrowable: isGrowable, protection: protection, segment: segment))
        let isSerialized = flags & UInt32(HEAP_NO_SERIALIZE) == 0
        guard unsafe strata_vm_heap_add(segment.base, heap, isSerialized) else {
            unsafe dispose(heap)
            return nil
        }
        return unsafe segment.base.asHandle
    }

    private static func firstSegment(
        _ base: UInt, _ reserve: UInt, _ commit: UInt, _ isGrowable: Bool, _ protection: PageProtection
    ) -> HeapSegment? {
        guard max(reserve, commit) <= Heap.largestRequest else { return nil }
        guard base == 0 else { return given(base, protection) }
        // What Windows begins with; room for growth is reserved behind it.
        let committed = max(HeapMemory.pages(commit), isGrowable ? 0x2000 : HeapMemory.page)
        let wanted =
            isGrowable
            ? max(reserve, (HeapMemory.pages(commit) + 0x1_FFFF) & ~0xFFFF) : max((reserve + 0x1FFF) & ~0x1FFF, committed)
        return Heap.makeSegment(reserved: wanted, committed: committed, protection, prefix: Heap.handlePrefix)
    }

    /// A segment in memory of the program's: what of it is committed from its base on, and the reservation behind.
    private static func given(_ base: UInt, _ protection: PageProtection) -> HeapSegment? {
        guard base % HeapMemory.page == 0, unsafe strata_vm_heap_place_of(base.asHandle) == nil, let block = query(base),
            block.state == .committed, block.protection == protection,
            block.byteCount > UInt64(Heap.handlePrefix)
        else { return nil }
        let end = base + UInt(block.byteCount)
        var reserved = end
        if let behind = query(end), behind.state == .reserved, behind.allocationBase == block.allocationBase {
            reserved += UInt(behind.byteCount)
        }
        return HeapSegment(base: base, first: base + Heap.handlePrefix, committedEnd: end, reservedEnd: reserved, isOwn: false)
    }

    private static func query(_ address: UInt) -> MemoryBasicInformation? {
        var result: MemoryBasicInformation?
        _ = native { () throws(Status) in
            result = try withStatus { () throws(NTStatus) in
                try HostProcess.current.query(VirtualAddress(UInt64(address)))
            }
        }
        return result
    }

    /// False where there is no such heap.
    static func destroy(_ handle: HANDLE?) -> Bool {
        guard let place = unsafe strata_vm_heap_place_of(handle) else { return false }
        unsafe strata_vm_lock_enter(lock(place))
        let heap = unsafe place.pointee.handle == UInt(bitPattern: handle) ? place.pointee.heap : nil
        if unsafe heap != nil { unsafe strata_vm_heap_remove(place) }
        // The program may have locked it as well.
        repeat {} while unsafe strata_vm_lock_leave(lock(place))
        guard let heap = unsafe heap?.assumingMemoryBound(to: Heap.self) else { return false }
        unsafe dispose(heap)
        return true
    }

    private static func dispose(_ heap: UnsafeMutablePointer<Heap>) {
        unsafe heap.pointee.releaseMemory()
        unsafe heap.deinitialize(count: 1)
        unsafe heap.deallocate()
    }
}
