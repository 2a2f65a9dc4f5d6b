import KernelMemory
import MemoryMap
import PageReplacement
import SimulatedMachine

/// Where the tests' pages begin: no table boundary, so that both ends share tables with nothing.
let start = VirtualAddress(0x7f_ffff_f000)

func x86Machine<Policy: PageReplacementPolicy, Device: PagingDevice>(
    _ policy: Policy.Type, pages: Int, frames: Int, on device: Device, slots: Int? = nil
) throws -> PagedMemory<X86_64PageTables, X86_64MMU, Policy, Device> {
    try PagedMemory(
        pages: pages, frames: frames, at: start, format: X86_64PageTables(), policy: Policy(frames: frames, pages: pages),
        pagingFile: PagingFile(on: device, slots: slots ?? 2 * pages), makeMMU: { X86_64MMU(cr3: $0.rawValue) })
}

func armMachine<Policy: PageReplacementPolicy, Device: PagingDevice>(
    _ policy: Policy.Type, pages: Int, frames: Int, on device: Device
) throws -> PagedMemory<AArch64PageTables, AArch64MMU, Policy, Device> {
    try PagedMemory(
        pages: pages, frames: frames, at: start, format: AArch64PageTables(), policy: Policy(frames: frames, pages: pages),
        pagingFile: PagingFile(on: device, slots: 2 * pages),
        makeMMU: { AArch64MMU(kernelRoot: $0) })
}
