import BootHandoff
import ExecutableImage
import KernelBoot
import KernelMemory
import MemoryMap
import MemoryReport
import SimulatedMachine

/// The boot loader's way from the firmware to the kernel, on the simulated machine.
struct SimulatedLoader<Format: PageTableFormat> {
    let boot: SimulatedBoot
    let firmware: SimulatedFirmware
    let format: Format

    /// Loads the kernel and leaves the firmware.
    func run(_ line: inout SerialBuffer) throws(SimulatedFailure) -> KernelEntry {
        announce(&line)
        let isVerified = try verify(&line)
        let kernel = try place()
        report(kernel, isVerified, &line)
        var initrd: PhysicalRange?
        if let contents = boot.initrd, !contents.isEmpty {
            initrd = try firmware.store(contents, for: "the initial RAM disk")
        }
        line.writeEvent("graphics", from: .loader) { $0.bool("available", false) }
        line.writeEvent("tables", from: .loader) { event in
            event.hexadecimal("rsdp", firmware.rsdp)
            event.hexadecimal("smbios", nil as PhysicalAddress?)
            event.hexadecimal("deviceTree", nil as PhysicalAddress?)
            event.hexadecimal("memoryAttributesTable", firmware.attributesTable)
        }
        return try handOver(kernel, isVerified, initrd, &line)
    }

    private func handOver(
        _ kernel: KernelPlacement, _ isVerified: Bool, _ initrd: PhysicalRange?, _ line: inout SerialBuffer
    ) throws(SimulatedFailure) -> KernelEntry {
        let handed = try firmware.allocate(PageCount(1), for: "the boot information")
        var commandLine: PhysicalRange?
        if !boot.commandLine.isEmpty { commandLine = try firmware.store(boot.commandLine, for: "the command line") }
        let stack = try firmware.allocate(KernelAddressSpace.stackPages, for: "the kernel's stack")
        let root: PhysicalAddress
        let map = try firmware.currentMap()
        do throws(PagingError) {
            root = try makeTables(kernel, stack, map)
        } catch {
            throw SimulatedFailure(.loader(stage: "memory")) { text in
                text.write("the kernel's page tables cannot be made: ", error)
            }
        }
        line.say { $0.write("leaving the firmware") }
        let outcome: BootServicesExit.Outcome
        do throws(BootServicesExitError) {
            var services = SimulatedExit(firmware, mapChanges: boot.mapChanges)
            outcome = try BootServicesExit().run(on: &services)
        } catch {
            throw SimulatedFailure(.loader(stage: "exit")) { text in
                text.write("boot services could not be left after ")
                text.write(decimal: error.attempts)
                text.write(" attempts: ")
                text.write(error.reason.message)
            }
        }
        line.writeEvent("exit", from: .loader) { event in
            event.number("attempts", outcome.attempts)
            event.number("regrown", outcome.regrown)
            event.number("descriptors", outcome.descriptorCount)
            event.number("descriptorSize", outcome.memoryMap.descriptorSize)
        }
        var information = BootInfo(
            memoryMap: outcome.memoryMap, kernel: kernel.physical, kernelVirtualBase: KernelAddressSpace.imageBase,
            kernelDigest: BootInfo.Digest(digest.bytes), isKernelVerified: isVerified)
        information.initrd = initrd
        information.commandLine = commandLine
        information.rsdp = firmware.rsdp
        try firmware.write(handed) { information.encode(into: &$0) }
        return KernelEntry(
            root: root, bootInfo: handed.start, instruction: kernel.entry, stack: KernelAddressSpace.stackTop)
    }

    private func makeTables(
        _ kernel: KernelPlacement, _ stack: PhysicalRange, _ map: PhysicalMemoryMap
    ) throws(PagingError) -> PhysicalAddress {
        var tables = try PageTables(
            format: format, memory: firmware.memory, frames: SimulatedFirmwareFrames(firmware: firmware))
        try tables.mapKernel(
            kernel, stack: stack, trampoline: nil, framebuffer: nil, readOnly: [], devices: [], memory: map)
        return tables.root
    }
}

extension SimulatedLoader {
    private var digest: SHA256Digest { SHA256.digest(of: boot.kernel.span.rawBytes) }

    /// Whether the kernel is the file that its checksum was made of.
    private func verify(_ line: inout SerialBuffer) throws(SimulatedFailure) -> Bool {
        let failure: SimulatedFailure
        if let checksum = boot.checksum {
            do throws(ChecksumLineError) {
                let expected = try SHA256Digest(checksumLine: checksum.span.rawBytes)
                if expected == digest { return true }
                failure = SimulatedFailure(
                    .loader(stage: "verification"), "the kernel is not the file that its checksum was made of")
            } catch {
                failure = SimulatedFailure(
                    .loader(stage: "verification"), "the kernel's checksum is none as sha256sum writes it")
            }
        } else {
            failure = SimulatedFailure(.loader(stage: "verification"), "the kernel has no checksum")
        }
        if boot.requiresVerification { throw failure }
        line.say { text in
            text.write("warning: the kernel is not verified: ")
            text.write(utf8: failure.message.span)
        }
        return false
    }

    /// Loads the kernel's segments into fresh pages.
    private func place() throws(SimulatedFailure) -> KernelPlacement {
        let base = KernelAddressSpace.imageBase
        do throws(PlacementError) {
            let image: ELFImage
            do throws(ELFError) {
                image = try ELFImage(validating: boot.kernel.span.rawBytes)
                guard image.machine == boot.architecture.machine else {
                    throw ELFError.unsupportedMachine(image.machine.rawValue)
                }
                try image.checkPlacement(memoryByteCount: image.byteCount, virtualBase: base)
            } catch { throw .elf(error) }
            let destination: PhysicalRange
            do throws(SimulatedFailure) {
                destination = try firmware.allocate(PageCount(roundingUp: image.byteCount), for: "the kernel")
            } catch { throw .failure(error) }
            do throws(ELFError) {
                try firmware.load(image, at: destination, virtualBase: base)
                return try KernelPlacement(image, at: destination, virtualBase: base)
            } catch { throw .elf(error) }
        } catch {
            switch error {
            case .failure(let failure): throw failure
            case .elf(let error):
                throw SimulatedFailure(.loader(stage: "kernel")) { text in
                    text.write("the file is not a kernel for this machine: ")
                    text.write(error)
                }
            }
        }
    }

    private enum PlacementError: Error {
        case elf(ELFError)
        case failure(SimulatedFailure)
    }

    private func report(_ kernel: KernelPlacement, _ isVerified: Bool, _ line: inout SerialBuffer) {
        line.writeEvent("kernel", from: .loader) { event in
            event.string("path", "kernel.elf")
            event.number("byteCount", UInt64(boot.kernel.count))
            let digest = digest.bytes
            event.hexadecimal("sha256", bytes: digest.span)
            event.bool("verified", isVerified)
            event.number("segments", kernel.segments.count)
            event.hexadecimal("entry", kernel.entry)
            event.hexadecimal("base", kernel.physical.start)
            event.hexadecimal("virtualBase", KernelAddressSpace.imageBase)
        }
    }

    private func announce(_ line: inout SerialBuffer) {
        line.say { $0.write("on Strata's simulated firmware, UEFI 2.10") }
        line.writeEvent("start", from: .loader) { event in
            event.string("architecture", boot.architecture.name)
            event.string("firmwareVendor", "Strata")
            event.number("firmwareRevision", 1)
            event.string("uefiRevision", "2.10")
        }
        line.writeEvent("configuration", from: .loader) { event in
            event.string("kernel", "kernel.elf")
            event.string("verify", boot.requiresVerification ? "required" : "optional")
            event.string("commandLine", utf8: boot.commandLine.span)
            if boot.initrd != nil { event.string("initrd", "initrd") } else { event.null("initrd") }
        }
    }
}

extension SimulatedBoot.Architecture {
    var machine: ELFMachine {
        switch self {
        case .x86_64: .x86_64
        case .aarch64: .aarch64
        }
    }
}
