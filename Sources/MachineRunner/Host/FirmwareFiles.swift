import SystemPackage

/// The two flash images of a UEFI firmware build.
public struct FirmwareFiles: Hashable, Sendable {
    /// The firmware's code, mapped read-only.
    public let code: FilePath

    /// The template of the variable store, copied for each run.
    public let variables: FilePath

    public init(code: FilePath, variables: FilePath) {
        self.code = code
        self.variables = variables
    }

    /// Finds the firmware: in the folder `$STRATA_FIRMWARE` alone where it is set, else where the systems' packages put it.
    ///
    /// - Throws: `MachineError.firmwareMissing`.
    public static func locate(
        for architecture: MachineArchitecture, in host: HostEnvironment
    ) throws(MachineError) -> FirmwareFiles {
        let folders =
            host.variable("STRATA_FIRMWARE").map { [host.absolute(FilePath($0))] }
            ?? architecture.firmwareFolders.map { FilePath($0) }
        for folder in folders {
            for names in architecture.firmwareFileNames {
                let found = FirmwareFiles(code: folder.appending(names.code), variables: folder.appending(names.variables))
                if FileSystem.isRegularFile(found.code), FileSystem.isRegularFile(found.variables) { return found }
            }
        }
        throw .firmwareMissing(
            name: architecture.firmwareName, package: architecture.firmwarePackage, searched: folders.map(\.string))
    }
}

extension MachineArchitecture {
    /// Where Debian and Ubuntu, Fedora, Arch and Homebrew put firmware.
    fileprivate var firmwareFolders: [String] {
        switch self {
        case .x86_64:
            [
                "/usr/share/OVMF", "/usr/share/edk2/ovmf", "/usr/share/edk2/x64", "/opt/homebrew/share/qemu",
                "/usr/local/share/qemu",
            ]
        case .aarch64:
            [
                "/usr/share/AAVMF", "/usr/share/edk2/aarch64", "/opt/homebrew/share/qemu", "/usr/local/share/qemu",
            ]
        }
    }

    fileprivate var firmwareFileNames: [(code: String, variables: String)] {
        switch self {
        case .x86_64:
            [
                ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"), ("OVMF_CODE.4m.fd", "OVMF_VARS.4m.fd"), ("OVMF_CODE.fd", "OVMF_VARS.fd"),
                ("edk2-x86_64-code.fd", "edk2-i386-vars.fd"),
            ]
        case .aarch64:
            [
                ("AAVMF_CODE.fd", "AAVMF_VARS.fd"), ("QEMU_EFI-pflash.raw", "vars-template-pflash.raw"),
                ("QEMU_CODE.fd", "QEMU_VARS.fd"), ("edk2-aarch64-code.fd", "edk2-arm-vars.fd"),
            ]
        }
    }
}
