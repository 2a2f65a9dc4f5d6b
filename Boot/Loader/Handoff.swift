import BootHandoff
import CLoaderEntry
import ExecutableImage
import FirmwareConsole
import KernelBoot
import KernelMemory
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

/// The last stretch: everything that the kernel is handed is put in place, boot services end, the kernel is entered.
struct Handoff {
    let configuration: LoaderConfiguration
    let file: KernelFile
    let kernel: KernelPlacement
    let initrd: PhysicalRange?
    let framebuffer: BootInfo.Framebuffer?
    let tables: PublishedTables
    let earlyConsole: EarlyConsole?

    /// Leaves the firmware for the kernel.
    ///
    /// - Throws: a failure before boot services ended, or one after an exit was tried, which `console` knows.
    func enterKernel(_ firmware: Firmware, console: inout LoaderConsole) throws(LoaderFailure) -> Never {
        let memory = IdentityMappedMemory()
        // The BootInfo in one page, the command line in the next: neither shares a page with anything else.
        let commandLinePages = PageCount(roundingUp: UInt64(configuration.commandLine.count))
        let handed = try firmware.allocate(PageCount(1 + commandLinePages.rawValue), for: "the boot information")
        defer { firmware.free(handed) }
        memory.clear(handed)
        var commandLine: PhysicalRange?
        if let start = handed.start.advanced(by: PageCount.pageSize),
            let range = PhysicalRange(start: start, byteCount: UInt64(configuration.commandLine.count))
        {
            commandLine = range
            memory.withMutableBytes(of: range) { bytes in
                unsafe bytes.withUnsafeMutableBytes { unsafe $0.copyBytes(from: configuration.commandLine) }
            }
        }
        let stack = try firmware.allocate(KernelAddressSpace.stackPages, for: "the kernel's stack")
        defer { firmware.free(stack) }
        let map = try firmware.currentMemoryMap()
        let root: PhysicalAddress
        do throws(PagingError) {
            root = try makeTables(stack, map, firmware)
        } catch {
            throw LoaderFailure(.memory) { text in
                text.write("the kernel's page tables cannot be made: ")
                text.write(error)
            }
        }
        if let trampoline { Processor.synchronizeCaches(trampoline) }

        console.say("leaving the firmware")
        let outcome = try exit(firmware, console: &console)
        var information = BootInfo(
            memoryMap: outcome.memoryMap, kernel: kernel.physical, kernelVirtualBase: KernelAddressSpace.imageBase,
            kernelDigest: BootInfo.Digest(file.digest.bytes), isKernelVerified: file.isVerified)
        information.framebuffer = framebuffer
        information.initrd = initrd
        information.commandLine = commandLine
        information.rsdp = tables.rsdp
        information.smbios = tables.smbios
        information.deviceTree = tables.deviceTree
        information.systemTable = firmware.systemTable.address
        damage(&information)
        if let place = PhysicalRange(start: handed.start, byteCount: UInt64(BootInfo.byteCount)) {
            memory.withMutableBytes(of: place) { information.encode(into: &$0) }
        }
        damage(handed.start)
        var state = kernel_entry_state(
            root: root.rawValue, stack: KernelAddressSpace.stackTop.rawValue, entry: kernel.entry.rawValue,
            boot_info: handed.start.rawValue, console: earlyConsole?.word ?? EarlyConsole.none,
            memory_attributes: Processor.memoryAttributes, translation_control: Processor.translationControl)
        unsafe strata_enter_kernel(&state)
    }

    /// The root of the kernel's page tables; where they cannot be made, all of their memory is given back.
    private func makeTables(
        _ stack: PhysicalRange, _ map: PhysicalMemoryMap, _ firmware: Firmware
    ) throws(PagingError) -> PhysicalAddress {
        var tables = try PageTables(
            format: Processor.pageTableFormat, memory: IdentityMappedMemory(),
            frames: FirmwareFrames(services: firmware.services))
        do throws(PagingError) {
            try tables.mapKernel(
                kernel, stack: stack, trampoline: trampoline, framebuffer: framebuffer?.range, readOnly: publishedTables,
                devices: [earlyConsole?.registers].compactMap { $0 }, memory: map)
        } catch {
            _ = try? tables.destroy()
            throw error
        }
        return tables.root
    }

    /// The loader's code that switches to the kernel's tables.
    private var trampoline: PhysicalRange? {
        PhysicalRange(
            start: PhysicalAddress(loader_trampoline_start()), last: PhysicalAddress(loader_trampoline_end() - 1))
    }

    private func exit(_ firmware: Firmware, console: inout LoaderConsole) throws(LoaderFailure) -> BootServicesExit.Outcome {
        // The first attempt may take the firmware's console and its pool away: nothing below may allocate.
        console.leaveFirmwareConsole()
        LoaderHeap.close()
        var services = ExitFirmware(firmware, mapChanges: configuration.injectedMapChanges)
        do throws(BootServicesExitError) {
            let outcome = try BootServicesExit().run(on: &services)
            console.send("exit") { event in
                event.number("attempts", outcome.attempts)
                event.number("regrown", outcome.regrown)
                event.number("descriptors", outcome.descriptorCount)
                event.number("descriptorSize", outcome.memoryMap.descriptorSize)
            }
            return outcome
        } catch {
            // Memory services are allowed still (UEFI 2.10, 7.4.6), and the message is built in memory.
            LoaderHeap.open(firmware.services)
            throw LoaderFailure(.exit) { text in
                text.write("boot services could not be left after ")
                text.write(decimal: error.attempts)
                text.write(error.attempts == 1 ? " attempt: " : " attempts: ")
                text.write(error.reason.message)
                if let status = error.reason.status {
                    text.write(": the firmware answers ")
                    text.write(EFIStatus(rawValue: status).name)
                }
            }
        }
    }

    /// The first page of each table that the firmware publishes: it may lie outside of RAM.
    private var publishedTables: [PhysicalRange] {
        var ranges: [PhysicalRange] = []
        for address in [tables.rsdp, tables.smbios, tables.deviceTree] {
            if let address, let range = PhysicalRange(start: address.alignedDown(to: PageCount.pageSize), pages: PageCount(1)) {
                ranges.append(range)
            }
        }
        return ranges
    }

    /// Makes the faults that a test asks for, in what a typed BootInfo can say.
    private func damage(_ information: inout BootInfo) {
        for injection in configuration.injections where injection == .badPointer {
            information.rsdp = PhysicalAddress(0x7FFF_FFFF_F000)
        }
    }

    /// Makes the faults that a test asks for, in what only bytes can say.
    private func damage(_ place: PhysicalAddress) {
        for injection in configuration.injections {
            switch injection {
            case .badMagic: try? IdentityMappedMemory().store(0x4445_4741_4D41_4421, at: place)
            case .badVersion:
                let size = UInt64(BootInfo.byteCount)
                try? IdentityMappedMemory().store(size << 32 | 99, at: PhysicalAddress(place.rawValue + 8))
            case .badPointer, .mapChanges: break
            }
        }
    }
}
