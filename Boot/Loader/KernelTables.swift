import KernelMemory
import MemoryMap
import UEFI

/// Frames for page tables, straight from the firmware.
struct FirmwareFrames: PageTableFrames, ~Copyable {
    let services: BootServices

    mutating func allocateFrame() -> PhysicalAddress? { try? services.allocatePages(PageCount(1)) }

    mutating func freeFrame(_ frame: PhysicalAddress) { try? services.freePages(at: frame, PageCount(1)) }
}
