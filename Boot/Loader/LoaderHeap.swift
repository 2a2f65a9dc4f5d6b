import UEFI
import MemoryMap

/// The boot services while they can be asked for memory. Unsafe as all globals are that change; UEFI applications run on
/// one processor, and none of this is called from an event.
nonisolated(unsafe) private var services: BootServices?

enum LoaderHeap {
    /// Lets Swift's runtime allocate from the firmware's pool.
    static func open(_ bootServices: BootServices) { unsafe services = bootServices }

    /// From here on nothing may be allocated or freed: whatever is freed is left where it is.
    static func close() { unsafe services = nil }
}

// In front of every block stands the address of the pool buffer that holds it.
private let headerSize: UInt64 = 8

/// The allocation function that Swift's runtime calls.
@c(posix_memalign)
func allocateAligned(_ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: UInt, _ byteCount: UInt) -> Int32 {
    let outOfMemory: Int32 = 12
    // Pool buffers are 8-byte aligned.
    let slack = max(UInt64(alignment), 8) + headerSize
    let (total, overflow) = UInt64(byteCount).addingReportingOverflow(slack)
    guard !overflow, let services = unsafe services, let buffer = try? services.allocatePool(byteCount: total),
        let block = PhysicalAddress(buffer.rawValue + headerSize).alignedUp(to: max(UInt64(alignment), 8)),
        let header = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(block.rawValue - headerSize))
    else { return outOfMemory }
    unsafe header.pointee = buffer.rawValue
    unsafe result.pointee = UnsafeMutableRawPointer(bitPattern: UInt(block.rawValue))
    return 0
}

/// The release function that Swift's runtime calls.
@c(free)
func release(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer = unsafe pointer, let services = unsafe services else { return }
    let header = unsafe pointer.advanced(by: -Int(headerSize)).assumingMemoryBound(to: UInt64.self)
    try? services.freePool(at: PhysicalAddress(unsafe header.pointee))
}
