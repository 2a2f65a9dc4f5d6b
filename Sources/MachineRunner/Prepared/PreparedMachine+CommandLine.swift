import SystemPackage

extension PreparedMachine {
    /// QEMU's names for the board, the best one first.
    var boardNames: [String] {
        switch board {
        // The oldest one's RAM below 4 GiB ends where it is told to, also above 3 GiB. Newer QEMUs do not have it.
        case .pc: i440FXNames
        case .q35: ["q35"]
        case .microvm: ["microvm"]
        case .virt: ["virt"]
        }
    }

    /// QEMU's arguments: software emulation, no devices but the board's, the file as its memory.
    func arguments(board name: String, rom: FilePath, serial: FilePath) -> [String] {
        let (options, processor) =
            switch board {
            // The plain processor: under the newest one's features stock kernels do not boot on these boards.
            case .pc(let limit), .q35(let limit): ("max-ram-below-4g=\(limit)", "qemu64")
            case .microvm: ("acpi=off,rtc=on", "qemu64")
            case .virt(let version): ("gic-version=\(version)", "cortex-a57")
            }
        var arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg"]
        arguments += ["-M", "\(name),\(options),memory-backend=\(MemoryBackend.name)", "-cpu", processor]
        arguments += ["-m", "\(byteCount >> 20)M", "-smp", String(processors)]
        arguments += ["-object", MemoryBackend.file(host.absolute(memory), byteCount: byteCount)]
        switch board.architecture {
        case .x86_64: arguments += ["-bios", rom.string]
        case .aarch64: arguments += ["-device", "loader,addr=0x\(String(start, radix: 16)),cpu-num=0"]
        }
        arguments += ["-chardev", "file,id=serial,path=\(QEMUCommandLine.escaped(serial))", "-serial", "chardev:serial"]
        arguments += ["-chardev", "stdio,id=monitor,signal=off", "-mon", "chardev=monitor,mode=control"]
        // Stopped until the monitor is listened to: it keeps no events.
        arguments += ["-no-reboot", "-no-shutdown", "-S"]
        return arguments
    }
}
