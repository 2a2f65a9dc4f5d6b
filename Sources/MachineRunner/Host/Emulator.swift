import SystemPackage

/// The QEMU system emulator of an architecture.
public enum Emulator {
    /// Finds the emulator: `$STRATA_QEMU`, then the folders of `$PATH`.
    ///
    /// - Throws: `MachineError.emulatorMissing`.
    public static func locate(
        for architecture: MachineArchitecture, in host: HostEnvironment
    ) throws(MachineError) -> FilePath {
        if let named = host.variable("STRATA_QEMU") {
            let path = host.absolute(FilePath(named))
            guard FileSystem.isExecutable(path) else {
                throw .emulatorMissing(name: path.string, package: architecture.emulatorPackage)
            }
            return path
        }
        for folder in (host.variable("PATH") ?? "").split(separator: ":") {
            let path = host.absolute(FilePath(String(folder))).appending(architecture.emulatorName)
            if FileSystem.isExecutable(path) { return path }
        }
        throw .emulatorMissing(name: architecture.emulatorName, package: architecture.emulatorPackage)
    }
}
