import CStrataVM

/// `PROCESS_HEAP_ENTRY` as its 40 bytes lie in memory.
struct HeapEntry: BitwiseCopyable {
    var data: UInt = 0
    var byteCount: UInt32 = 0
    var overhead: UInt8 = 0
    var region: UInt8 = 0
    var flags: UInt16 = 0

    /// The handle of a movable object, or how much of a region is committed and how much is not.
    var first: UInt64 = 0

    /// A region's first block.
    var second: UInt64 = 0

    /// Where its last one ends at the most.
    var third: UInt64 = 0

    enum Flag {
        static let region = UInt16(PROCESS_HEAP_REGION)
        static let uncommitted = UInt16(PROCESS_HEAP_UNCOMMITTED_RANGE)
        static let busy = UInt16(PROCESS_HEAP_ENTRY_BUSY)
    }

    /// Where the walk stands that this was given back by.
    var place: Heap.Place {
        if data == 0 { return .start }
        if flags & Flag.region != 0 { return .segment(data) }
        if flags & Flag.uncommitted != 0 { return .uncommitted(data) }
        return .block(data)
    }

    init() {}

    init(_ element: HeapElement) {
        switch element {
        case .segment(let segment, let index):
            data = segment.base
            byteCount = UInt32(clamping: segment.first - segment.base)
            region = UInt8(clamping: index)
            flags = Flag.region
            first =
                UInt64(UInt32(clamping: segment.committedEnd - segment.base))
                | UInt64(UInt32(clamping: segment.reservedEnd - segment.committedEnd)) << 32
            second = UInt64(segment.first + HeapBlock.headerSize)
            third = UInt64(segment.reservedEnd)
        case .block(let block, let index):
            let isBusy = block.state == .busy
            data = block.bytes
            // As Windows has it: what was not asked for, and of a free block its header and links.
            byteCount = UInt32(clamping: isBusy ? block.byteCount : block.size - HeapBlock.minimumSize)
            overhead = UInt8(clamping: isBusy ? block.unusedByteCount : HeapBlock.minimumSize)
            region = UInt8(clamping: index)
            flags = isBusy ? Flag.busy : 0
        case .large(let block):
            data = block.bytes
            byteCount = UInt32(clamping: block.byteCount)
            // The number that blocks outside of all segments have.
            region = 64
            flags = Flag.busy
        case .uncommitted(let segment, let index):
            data = segment.committedEnd
            byteCount = UInt32(clamping: segment.reservedEnd - segment.committedEnd)
            region = UInt8(clamping: index)
            flags = Flag.uncommitted
        }
    }
}

@c @implementation public func HeapWalk(_ handle: HANDLE?, _ entry: LPPROCESS_HEAP_ENTRY?) -> BOOL {
    let pointer = unsafe UnsafeMutableRawPointer(entry)?.assumingMemoryBound(to: HeapEntry.self)
    guard let given = unsafe Arguments.loadForUpdate(pointer, default: HeapEntry()) else {
        fail(Status(.accessViolation))
        return 0
    }
    var element: HeapElement?
    do throws(HeapError) {
        let isHeap: Void? = try unsafe HeapHandles.withHeap(handle, 0) { heap throws(HeapError) in
            element = try heap.element(after: given.place)
        }
        guard isHeap != nil else {
            fail(Status(.invalidHandle))
            return 0
        }
    } catch {
        fail(Status(.invalidParameter))
        return 0
    }
    guard let element else {
        fail(.noMoreEntries)
        return 0
    }
    var found = HeapEntry(element)
    if found.flags == HeapEntry.Flag.busy, unsafe handle == GetProcessHeap() { MovableMemory.describe(&found) }
    guard unsafe Arguments.store(found, pointer) else {
        fail(Status(.accessViolation))
        return 0
    }
    return 1
}
