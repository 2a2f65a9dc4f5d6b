import KernelBoot
import KernelMemory
public import MemoryMap
import MemoryReport
import SimulatedMachine

/// A boot without an emulator: the same layers, from firmware to kernel, run as a program of the host on a simulated machine.
///
/// The firmware is Strata's memory services over the machine's RAM. The loader verifies and loads a real kernel file, makes its
/// page tables, and leaves the firmware; the kernel's part goes on behind those tables, walked by a software MMU. What runs is the
/// same library code as on a processor; what does not run are the kernel file's own instructions and anybody else's firmware.
public struct SimulatedBoot {
    public enum Architecture: Hashable, Sendable {
        case x86_64
        case aarch64

        var name: StaticString {
            switch self {
            case .x86_64: "x86_64"
            case .aarch64: "aarch64"
            }
        }
    }

    public var architecture: Architecture

    /// The size of the RAM, whole pages.
    public var memory: PageCount

    /// The kernel, an ELF file.
    public var kernel: [UInt8]

    /// The file that `sha256sum` wrote of it; nil where there is none.
    public var checksum: [UInt8]?

    /// Whether a kernel without a checksum, or with another file's, is refused.
    public var requiresVerification = true

    public var commandLine: [UInt8] = []
    public var initrd: [UInt8]?

    /// How often the memory map changes between its reading and the exit, as it does under a driver's timer.
    public var mapChanges: UInt16 = 0

    public init(architecture: Architecture, memory: PageCount, kernel: [UInt8], checksum: [UInt8]?) {
        self.architecture = architecture
        self.memory = memory
        self.kernel = kernel
        self.checksum = checksum
    }

    /// Runs the machine until it powers off.
    ///
    /// - Parameter serial: gets what the machine says on its serial line, in the pieces in which it comes: the serial protocol,
    ///   in which failures of loader and kernel are told too.
    /// - Throws: what keeps the machine from being powered on at all.
    public func run(_ serial: ([UInt8]) -> Void) throws(SimulatedMachineError) {
        let layout = try SimulatedLayout(architecture, memory: memory)
        let ram: MappedMemory
        do throws(MappedMemory.Failure) { ram = try MappedMemory(layout.ram) } catch { throw .memory(error) }
        let firmware = try SimulatedFirmware(layout, ram)
        var line = SerialBuffer()
        defer { serial(line.take()) }
        do throws(SimulatedFailure) {
            switch architecture {
            case .x86_64:
                try boot(firmware, X86_64PageTables(supportsGibibyteLeaves: true), &line, serial) { root in
                    X86_64MMU(cr3: root.rawValue)
                }
            case .aarch64:
                try boot(firmware, AArch64PageTables(), &line, serial) { root in
                    AArch64MMU(kernelRoot: root)
                }
            }
        } catch {
            line.tell(error)
        }
    }

    private func boot<Format: PageTableFormat, MMU: SoftwareMMU>(
        _ firmware: SimulatedFirmware, _ format: Format, _ line: inout SerialBuffer, _ serial: ([UInt8]) -> Void,
        _ makeMMU: (PhysicalAddress) -> MMU
    ) throws(SimulatedFailure) {
        let entry = try SimulatedLoader(boot: self, firmware: firmware, format: format).run(&line)
        serial(line.take())
        try SimulatedKernel(boot: self, firmware: firmware, format: format, mmu: makeMMU(entry.root), entry: entry).run(&line)
    }
}

/// What the loader hands to the processor: the registers with which a kernel is entered.
struct KernelEntry {
    let root: PhysicalAddress
    let bootInfo: PhysicalAddress
    let instruction: VirtualAddress
    let stack: VirtualAddress
}
