import BootHandoff
import KernelBoot
import KernelMemory
import MemoryMap
import MemoryReport
import SimulatedMachine

/// The kernel's way from its first instruction to the power-off, on the simulated machine: what it was handed is read through its
/// own page tables, as the machine's MMU walks them.
struct SimulatedKernel<Format: PageTableFormat, MMU: SoftwareMMU> {
    typealias Tables = PageTables<Format, MappedMemory, FreeFrames>

    let boot: SimulatedBoot
    let firmware: SimulatedFirmware
    let format: Format
    let mmu: MMU
    let entry: KernelEntry

    func run(_ line: inout SerialBuffer) throws(SimulatedFailure) {
        var tables: Tables
        do throws(PagingError) {
            tables = try Tables(existingRoot: entry.root, format: format, memory: firmware.memory, frames: FreeFrames())
        } catch {
            throw Self.failure("the page tables cannot be used: ", error)
        }
        try checkEntry()
        let information = try readInformation()
        let commandLine = try read(information.commandLine)
        let table = try read(information.memoryMap.range)
        let view: MemoryMapView
        let map: PhysicalMemoryMap
        do throws(MemoryMapError) {
            view = try MemoryMapView(
                validating: table.span, descriptorSize: Int(information.memoryMap.descriptorSize),
                descriptorVersion: information.memoryMap.descriptorVersion)
            map = try PhysicalMemoryMap(view)
        } catch {
            throw SimulatedFailure(.kernel(code: "badMemoryMap")) { text in
                text.write("the memory map is refused: ")
                text.write(error)
            }
        }
        try work(information, commandLine, view, map, &tables, &line)
    }

    /// What the kernel does with a machine that it knows.
    private func work(
        _ information: BootInfo, _ commandLine: [UInt8], _ view: borrowing MemoryMapView, _ map: PhysicalMemoryMap,
        _ tables: inout Tables, _ line: inout SerialBuffer
    ) throws(SimulatedFailure) {
        try validate(information, against: map)
        line.writeStartReport(
            information, at: entry.bootInfo, commandLine: commandLine.span.rawBytes, architecture: boot.architecture.name)
        line.writeMapReport(view, map, MemoryMapSummary(map, policy: boot.architecture.policy))
        do throws(PagingError) {
            tables.frames.supply(map.largestRun { $0.type == .conventional && $0.attributes.contains(.writeBack) })
            try tables.sealIdentityMapping()
        } catch {
            throw Self.failure("the page tables cannot be changed: ", error)
        }
        try moveRuntimeServices(view, &tables, &line)
        do throws(PagingError) {
            line.writePagingReport(try tables.audit())
        } catch {
            throw Self.failure("the page tables cannot be read: ", error)
        }
        line.writeEvent("display", from: .kernel) { $0.bool("drawn", false) }
        line.writeEvent("finished", from: .kernel)
    }
}
