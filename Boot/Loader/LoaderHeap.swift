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

/// Where Swift's runtime allocates, by way of C.
@c(strata_allocate)
func allocate(_ alignment: UInt, _ byteCount: UInt) -> UnsafeMutableRawPointer? {
    // Pool buffers are 8-byte aligned.
    let alignment = max(UInt64(alignment), 8)
    let (total, overflow) = UInt64(byteCount).addingReportingOverflow(alignment + headerSize)
    guard !overflow, let services = unsafe services, let buffer = try? services.allocatePool(byteCount: total),
        let block = PhysicalAddress(buffer.rawValue + headerSize).alignedUp(to: alignment),
        let header = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(block.rawValue - headerSize))
    else { return nil }
    unsafe header.pointee = buffer.rawValue
    return unsafe UnsafeMutableRawPointer(bitPattern: UInt(block.rawValue))
}

/// Where Swift's runtime gives a block back, by way of C.
@c(strata_release)
func release(_ block: UnsafeMutableRawPointer) {
    guard let services = unsafe services else { return }
    let header = unsafe block.advanced(by: -Int(headerSize)).assumingMemoryBound(to: UInt64.self)
    try? services.freePool(at: PhysicalAddress(unsafe header.pointee))
}
