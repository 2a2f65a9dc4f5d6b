import CArch
import KernelMemory
import MemoryMap

/// The Guard's own heap: an arena of pages of the firmware's, so that Swift code inside a memory service never asks a memory
/// service for memory. Unsafe as all globals are that change; interrupts are masked wherever it is used, because a timer's
/// event may run a driver that calls a memory service.
nonisolated(unsafe) private var heap = unsafe FirstFitHeap(start: FirstFitHeap.granule, byteCount: 0)

enum GuardHeap {
    /// The size of the arena.
    static let pages = PageCount(512)

    /// Lets Swift's runtime allocate from pages that nobody else uses.
    static func open(_ arena: PhysicalRange) {
        unsafe heap = FirstFitHeap(
            start: UInt(arena.start.rawValue), byteCount: UInt(arena.last.rawValue - arena.start.rawValue + 1))
    }
}

/// Where Swift's runtime allocates, by way of C.
@c(strata_allocate)
func allocate(_ alignment: UInt, _ byteCount: UInt) -> UnsafeMutableRawPointer? {
    let interrupts = arch_mask_interrupts()
    defer { arch_restore_interrupts(interrupts) }
    return unsafe heap.allocate(byteCount: byteCount, alignment: alignment).flatMap {
        unsafe UnsafeMutableRawPointer(bitPattern: $0)
    }
}

/// Where Swift's runtime gives a block back, by way of C.
@c(strata_release)
func release(_ block: UnsafeMutableRawPointer) {
    let interrupts = arch_mask_interrupts()
    defer { arch_restore_interrupts(interrupts) }
    unsafe heap.free(UInt(bitPattern: block))
}
