import SystemPackage

/// The arguments with which QEMU runs a machine: software emulation, UEFI firmware, one read-only FAT drive, no network.
struct QEMUCommandLine: Sendable {
    let arguments: [String]

    /// - Parameters:
    ///   - variables: The run's own copy of the variable store.
    ///   - media: The directory that the machine sees as a FAT drive.
    ///   - serial: The file that takes what comes on the serial line.
    init(
        _ shape: MachineShape, firmware: FirmwareFiles, variables: FilePath, media: FilePath, serial: FilePath
    ) {
        var arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg"]
        if shape.countsInstructions { arguments += ["-icount", "shift=0,sleep=off"] }
        let backend = ",memory-backend=\(MemoryBackend.name)"
        switch shape.architecture {
        case .x86_64:
            arguments += ["-M", "q35" + backend, "-cpu", "max"]
        case .aarch64:
            // The interrupt controller that the machine has by default serves 8 processors.
            let controller = shape.processors > 8 ? ",gic-version=3" : ""
            let description = shape.offersACPI ? "" : ",acpi=off"
            arguments += ["-M", "virt" + controller + description + backend, "-cpu", "cortex-a57"]
        }
        arguments += ["-m", shape.memory.description, "-smp", String(shape.processors)]
        arguments += ["-object", MemoryBackend.anonymous(size: shape.memory.description)]
        arguments += ["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=\(Self.escaped(firmware.code))"]
        arguments += ["-drive", "if=pflash,format=raw,unit=1,file=\(Self.escaped(variables))"]
        arguments += [
            "-drive",
            "if=none,id=media,format=raw,readonly=on,file.driver=vvfat,file.label=STRATA,file.dir=\(Self.escaped(media))",
            "-device", "virtio-blk-pci,drive=media,bootindex=0",
        ]
        switch shape.architecture {
        case .x86_64: arguments += ["-device", "VGA", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        case .aarch64: arguments += ["-device", "ramfb"]
        }
        arguments += ["-chardev", "file,id=serial,path=\(Self.escaped(serial))", "-serial", "chardev:serial"]
        arguments += ["-chardev", "stdio,id=monitor,signal=off", "-mon", "chardev=monitor,mode=control"]
        // Stopped until the monitor is listened to: it keeps no events.
        arguments += ["-no-reboot", "-no-shutdown", "-S"]
        self.arguments = arguments
    }

    /// A path inside a comma-separated option: QEMU reads a doubled comma as one.
    static func escaped(_ path: FilePath) -> String {
        path.string.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
