import CKernelEntry
import MemoryMap
import MemoryReport

/// The kernel's heap until it has a better one: an arena in its own image. Unsafe as all globals are that change; one
/// processor uses it, with interrupts off.
nonisolated(unsafe) private var heap = unsafe FirstFitHeap(
    start: UInt(kernel_heap_start()), byteCount: UInt(kernel_heap_byte_count()))

/// Where Swift's runtime allocates, by way of C. There is no going on without memory, and no caller that could.
@c(strata_allocate)
func allocate(_ alignment: UInt, _ byteCount: UInt) -> UnsafeMutableRawPointer? {
    guard let address = unsafe heap.allocate(byteCount: byteCount, alignment: alignment) else {
        stopKernel("outOfMemory") { $0.write("the kernel's heap of 4 MiB is used up") }
    }
    return unsafe UnsafeMutableRawPointer(bitPattern: address)
}

/// Where Swift's runtime gives a block back, by way of C.
@c(strata_release)
func release(_ block: UnsafeMutableRawPointer) {
    unsafe heap.free(UInt(bitPattern: block))
}
