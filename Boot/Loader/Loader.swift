import BootHandoff
import CUEFI
import FirmwareConsole
import KernelBoot
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

/// Where the firmware starts the loader, by way of a C function with the firmware's calling convention.
@c(loader_main)
func loaderMain(_ image: EFI_HANDLE?, _ systemTable: UnsafeMutablePointer<EFI_SYSTEM_TABLE>?) -> UInt64 {
    guard let systemTable = unsafe SystemTable(systemTable), let services = systemTable.bootServices else {
        return EFIStatus.invalidParameter.rawValue
    }
    LoaderHeap.open(services)
    var loader = Loader(Firmware(image: unsafe ImageHandle(image), systemTable: systemTable, services: services))
    do throws(LoaderFailure) {
        try loader.run()
    } catch {
        return loader.giveUp(error).rawValue
    }
}

/// The way from the firmware to the kernel: configuration, kernel, screen, tables, exit.
struct Loader {
    let firmware: Firmware
    var console: LoaderConsole

    init(_ firmware: Firmware) {
        self.firmware = firmware
        console = LoaderConsole(firmware.systemTable)
    }

    /// Boots the kernel. Returns only by throwing: then, as long as there is a firmware to return to, everything that was allocated
    /// has been freed.
    mutating func run() throws(LoaderFailure) -> Never {
        firmware.services.disableWatchdog()
        let map = try firmware.currentMemoryMap()
        let earlyConsole = EarlyConsole.find(firmware.systemTable, in: map)
        if let earlyConsole { console.use(SerialPort(earlyConsole)) }
        announce()
        if let obstacle = Processor.obstacle { throw LoaderFailure(.handoff, obstacle, status: .unsupported) }

        let volume: Volume
        do throws(EFIStatus) {
            volume = try Volume(of: firmware.image, services: firmware.services)
        } catch {
            throw LoaderFailure(.configuration, "the loader was not started from a file system", firmware: error)
        }
        // Once an exit was tried, only memory services may be called (UEFI 2.10, 7.4.6), and files are none.
        defer { if console.isFirmwareConsoleUsable { volume.close() } }
        let configuration = try readConfiguration(from: volume)
        let file = try KernelFile(configuration, from: volume, in: firmware, console: &console)
        defer { firmware.free(file.bytes) }
        let kernel = try KernelPlacement(file, path: configuration.kernel, in: firmware)
        defer { firmware.free(kernel.physical) }
        report(file, kernel, configuration)

        var initrd: PhysicalRange?
        if let path = configuration.initrd { initrd = try volume.readWhole(path, .initrd) }
        defer { firmware.free(initrd) }
        let framebuffer = Screen.choose(wish: configuration.resolution, services: firmware.services)
        report(framebuffer)
        let tables = PublishedTables(firmware.systemTable)
        report(tables)

        try Handoff(
            configuration: configuration, file: file, kernel: kernel, initrd: initrd, framebuffer: framebuffer, tables: tables,
            earlyConsole: earlyConsole
        ).enterKernel(firmware, console: &console)
    }

    /// Tells why nothing was booted; returns what the firmware is told.
    ///
    /// Once an exit of boot services has been tried there is no firmware to return to: the machine is switched off.
    mutating func giveUp(_ failure: LoaderFailure) -> EFIStatus {
        console.say { text in
            text.write("error: ")
            text.write(utf8: failure.message.span)
        }
        console.send("error") { event in
            event.string("stage", failure.stage.name)
            event.string("message", utf8: failure.message.span)
        }
        if console.isFirmwareConsoleUsable { return failure.status }
        firmware.systemTable.runtimeServices?.shutDown()
        Processor.halt()
    }

    private mutating func announce() {
        let systemTable = firmware.systemTable
        console.say { text in
            text.write("on ")
            systemTable.forEachVendorByte { text.write($0) }
            text.write(", UEFI ")
            text.write(revision: systemTable.revision)
        }
        console.send("start") { event in
            event.string("architecture", Processor.architecture)
            var vendor = ByteBuffer()
            systemTable.forEachVendorByte { vendor.write($0) }
            event.string("firmwareVendor", utf8: vendor.bytes.span)
            event.number("firmwareRevision", UInt64(systemTable.firmwareRevision))
            event.string("uefiRevision") { $0.write(revision: systemTable.revision) }
        }
    }

    /// The configuration on the boot volume; without the file, or with an empty one, the defaults.
    private mutating func readConfiguration(from volume: Volume) throws(LoaderFailure) -> LoaderConfiguration {
        announced(
            try volume.configuration(LoaderConfiguration.self, for: LoaderStage.configuration, services: firmware.services)
                ?? LoaderConfiguration())
    }

    private mutating func announced(_ configuration: LoaderConfiguration) -> LoaderConfiguration {
        console.send("configuration") { event in
            event.string("kernel", utf8: configuration.kernel.span)
            event.string("verify", configuration.verification == .required ? "required" : "optional")
            event.string("commandLine", utf8: configuration.commandLine.span)
            if let initrd = configuration.initrd {
                event.string("initrd", utf8: initrd.span)
            } else {
                event.null("initrd")
            }
        }
        return configuration
    }
}
