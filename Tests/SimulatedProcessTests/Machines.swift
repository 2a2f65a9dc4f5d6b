import KernelMemory
import MemoryMap
import PageReplacement
import PagingTestSupport
import SimulatedMachine
import SimulatedProcess
import VirtualMemory

typealias X86Process = SimulatedProcess<X86_64PageTables, X86_64MMU, WorkingSetPolicy, FaultyDevice>
typealias ARMProcess = SimulatedProcess<AArch64PageTables, AArch64MMU, Clock, FaultyDevice>

func x86Process(
    frames: Int, pages: Int = 512, physicalFrames: Int = 0, device: FaultyDevice = FaultyDevice()
) throws -> X86Process {
    let machine = try MachineBackend(
        frames: frames, pages: pages, physicalFrames: physicalFrames, format: X86_64PageTables(),
        policy: WorkingSetPolicy(frames: frames, pages: pages),
        pagingFile: PagingFile(on: device, slots: 2 * pages), makeMMU: { X86_64MMU(cr3: $0.rawValue) })
    return SimulatedProcess(platform: .x64, ledger: CommitLedger(), machine: machine)
}

func armProcess(frames: Int, pages: Int = 512, device: FaultyDevice = FaultyDevice()) throws -> ARMProcess {
    let machine = try MachineBackend(
        frames: frames, pages: pages, format: AArch64PageTables(), policy: Clock(frames: frames, pages: pages),
        pagingFile: PagingFile(on: device, slots: 2 * pages),
        makeMMU: { AArch64MMU(kernelRoot: $0) })
    return SimulatedProcess(platform: .x64, ledger: CommitLedger(), machine: machine)
}
