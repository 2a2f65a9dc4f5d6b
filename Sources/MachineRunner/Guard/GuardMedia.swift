import SystemPackage

/// The boot volume of a run under the Guard:
///
///     EFI/BOOT/BOOTX64.EFI    the Guard
///     strata/guard.conf       its configuration
///     strata/program.efi      the program
///     strata/initrd.img       an initial RAM disk, where there is one
///
/// and whatever the folder of the user's holds.
struct GuardMedia {
    /// Lays the volume out in `root`, which is made.
    ///
    /// - Throws: `MachineError.unwritable`, `.unreadable` or `.optionInvalid`.
    init(at root: FilePath, image: FilePath, architecture: MachineArchitecture, options: GuardOptions) throws(MachineError) {
        let text = try options.configurationText()
        let boot = root.appending("EFI").appending("BOOT")
        let strata = root.appending("strata")
        do throws(FileSystem.Failure) {
            if let volume = options.volume { try FileSystem.copy(volume, to: root) }
            try FileSystem.makeDirectory(boot, withParents: true)
            try FileSystem.makeDirectory(strata, withParents: true)
            FileSystem.remove(boot.appending(architecture.loaderFileName))
            try FileSystem.write(text, to: strata.appending("guard.conf"))
        } catch {
            throw .unwritable(path: root.string, purpose: "boot media", reason: error.reason)
        }
        try Self.copy(image, to: boot.appending(architecture.loaderFileName), purpose: "the Guard")
        if case .program(let program) = options.task {
            try Self.copy(program, to: strata.appending("program.efi"), purpose: "the program")
        }
        if let initrd = options.initrd {
            try Self.copy(initrd, to: strata.appending("initrd.img"), purpose: "the initial RAM disk")
        }
    }

    private static func copy(_ source: FilePath, to target: FilePath, purpose: String) throws(MachineError) {
        do throws(FileSystem.Failure) { try FileSystem.copy(source, to: target) } catch {
            throw FileSystem.isRegularFile(source)
                ? .unwritable(path: target.string, purpose: "boot media", reason: error.reason)
                : .unreadable(path: source.string, purpose: purpose, reason: error.reason)
        }
    }
}
