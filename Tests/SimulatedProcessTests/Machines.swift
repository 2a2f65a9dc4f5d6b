import KernelMemory
import MemoryMap
import PageReplacement
import SimulatedMachine
import SimulatedProcess
import SystemPackage
import VirtualMemory

/// A paging file in memory, which fails when it is told to.
final class MemoryDevice: PagingDevice {
    private var bytes: [UInt8] = []
    var fails: () -> Bool = { false }

    func read(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        if fails() { throw .ioError }
        return Array(bytes.dropFirst(Int(offset)).prefix(count))
    }

    func write(_ contents: [UInt8], at offset: Int64) throws(Errno) {
        if fails() { throw .noSpace }
        let end = Int(offset) + contents.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(Int(offset)..<end, with: contents)
    }
}

typealias X86Process = SimulatedProcess<X86_64PageTables, X86_64MMU, WorkingSetPolicy, MemoryDevice>
typealias ARMProcess = SimulatedProcess<AArch64PageTables, AArch64MMU, Clock, MemoryDevice>

func x86Process(
    frames: Int, pages: Int = 512, physicalFrames: Int = 0, device: MemoryDevice = MemoryDevice()
) throws -> X86Process {
    let machine = try MachineBackend(
        frames: frames, pages: pages, physicalFrames: physicalFrames, format: X86_64PageTables(),
        policy: WorkingSetPolicy(frames: frames, pages: pages),
        pagingFile: PagingFile(on: device, slots: 2 * pages), makeMMU: { X86_64MMU(cr3: $0.rawValue) })
    return SimulatedProcess(platform: .x64, ledger: CommitLedger(), machine: machine)
}

func armProcess(frames: Int, pages: Int = 512, device: MemoryDevice = MemoryDevice()) throws -> ARMProcess {
    let machine = try MachineBackend(
        frames: frames, pages: pages, format: AArch64PageTables(), policy: Clock(frames: frames, pages: pages),
        pagingFile: PagingFile(on: device, slots: 2 * pages),
        makeMMU: { root in
            guard
                let mmu = AArch64MMU(
                    ttbr0: root.rawValue, tcr: AArch64TranslationRegisters.translationControl(memoryModelFeatures: 5),
                    mair: AArch64TranslationRegisters.memoryAttributeIndirection)
            else { preconditionFailure("the registers are those that the kernel loads") }
            return mmu
        })
    return SimulatedProcess(platform: .x64, ledger: CommitLedger(), machine: machine)
}
