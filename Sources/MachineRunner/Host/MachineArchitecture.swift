/// The processor architectures that a machine can be run with.
public enum MachineArchitecture: String, CaseIterable, Codable, Hashable, Sendable {
    case x86_64
    case aarch64

    /// The name of QEMU's system emulator.
    public var emulatorName: String {
        switch self {
        case .x86_64: "qemu-system-x86_64"
        case .aarch64: "qemu-system-aarch64"
        }
    }

    /// The Debian and Ubuntu package that holds the emulator.
    public var emulatorPackage: String {
        switch self {
        case .x86_64: "qemu-system-x86"
        case .aarch64: "qemu-system-arm"
        }
    }

    /// The Debian and Ubuntu package that holds the UEFI firmware.
    public var firmwarePackage: String {
        switch self {
        case .x86_64: "ovmf"
        case .aarch64: "qemu-efi-aarch64"
        }
    }

    /// The file name under which firmware looks for a loader on removable media (UEFI 2.10, section 3.5.1.1).
    public var loaderFileName: String {
        switch self {
        case .x86_64: "BOOTX64.EFI"
        case .aarch64: "BOOTAA64.EFI"
        }
    }

    /// What the user calls the firmware.
    public var firmwareName: String {
        switch self {
        case .x86_64: "OVMF"
        case .aarch64: "AAVMF"
        }
    }
}
