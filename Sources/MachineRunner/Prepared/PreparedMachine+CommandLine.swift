import SystemPackage

extension PreparedMachine {
    /// QEMU's arguments: software emulation, no devices but the board's, the file as its memory.
    func arguments(rom: FilePath, serial: FilePath) -> [String] {
        var arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg"]
        let backend = ",memory-backend=\(MemoryBackend.name)"
        switch board {
        case .pc(let limit):
            // The oldest board whose RAM below 4 GiB ends where it is told to, also above 3 GiB. The plain processor: under
            // the newest one's features stock kernels do not boot on it.
            arguments += ["-M", "pc-i440fx-1.7,max-ram-below-4g=\(limit)" + backend, "-cpu", "qemu64"]
        case .q35(let limit): arguments += ["-M", "q35,max-ram-below-4g=\(limit)" + backend, "-cpu", "qemu64"]
        case .microvm: arguments += ["-M", "microvm,acpi=off,rtc=on" + backend, "-cpu", "qemu64"]
        case .virt(let version):
            arguments += ["-M", "virt,gic-version=\(version)" + backend, "-cpu", "cortex-a57"]
        }
        arguments += ["-m", "\(byteCount >> 20)M", "-smp", String(processors)]
        arguments += ["-object", MemoryBackend.file(host.absolute(memory), byteCount: byteCount)]
        switch board.architecture {
        case .x86_64: arguments += ["-bios", rom.string]
        case .aarch64: arguments += ["-device", "loader,addr=0x\(String(start, radix: 16)),cpu-num=0"]
        }
        arguments += ["-chardev", "file,id=serial,path=\(QEMUCommandLine.escaped(serial))", "-serial", "chardev:serial"]
        arguments += ["-chardev", "stdio,id=monitor,signal=off", "-mon", "chardev=monitor,mode=control"]
        arguments += ["-no-reboot", "-no-shutdown"]
        return arguments
    }
}
