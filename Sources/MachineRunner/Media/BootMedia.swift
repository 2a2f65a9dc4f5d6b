import SystemPackage

/// A directory laid out as the boot volume: QEMU shows it to the machine as a FAT drive, and copied onto a FAT-formatted USB
/// stick it boots a real one.
///
///     EFI/BOOT/BOOTX64.EFI        the loader, where firmware looks on removable media
///     strata/boot.conf            the loader's configuration
///     strata/kernel.elf           the kernel
///     strata/kernel.elf.sha256    its hash
///     strata/initrd.img           the initial RAM disk, where there is one
public struct BootMedia: Sendable {
    /// The root of the volume.
    public let root: FilePath

    /// What fits on the FAT16 drive that QEMU makes of a directory.
    public static let maximumByteCount: UInt64 = 500 << 20

    /// Lays the volume out in `root`, which is made where it is not there and must be empty where it is.
    ///
    /// - Throws: `MachineError.unwritable`, `.unreadable` or `.optionInvalid`; what was written until then stays.
    public init(
        at root: FilePath, images: ImageSet, architecture: MachineArchitecture, options: BootOptions
    ) throws(MachineError) {
        self.root = root
        let configuration = try LoaderConfigurationFile.bytes(for: options)
        try Self.checkSize(of: [images.loader, images.kernel, options.initrd].compactMap { $0 })
        let boot = root.appending("EFI").appending("BOOT")
        let strata = root.appending("strata")
        try Self.makeEmpty(root)
        try Self.makeDirectory(boot)
        try Self.makeDirectory(strata)
        try Self.copy(images.loader, to: boot.appending(architecture.loaderFileName), purpose: "the loader")
        try Self.copy(images.kernel, to: strata.appending("kernel.elf"), purpose: "the kernel")
        if let hash = images.kernelHash {
            try Self.copy(hash, to: strata.appending("kernel.elf.sha256"), purpose: "the kernel's hash")
        }
        if let initrd = options.initrd {
            try Self.copy(initrd, to: strata.appending("initrd.img"), purpose: "the initial RAM disk")
        }
        let file = strata.appending("boot.conf")
        do throws(FileSystem.Failure) { try FileSystem.write(configuration, to: file) } catch {
            throw .unwritable(path: file.string, purpose: "the loader's configuration", reason: error.reason)
        }
    }

    private static func makeEmpty(_ root: FilePath) throws(MachineError) {
        guard FileSystem.isDirectory(root) else { return try makeDirectory(root) }
        let contents: [String]
        do throws(FileSystem.Failure) { contents = try FileSystem.contents(of: root) } catch {
            throw .unreadable(path: root.string, purpose: "the folder for boot media", reason: error.reason)
        }
        guard contents.isEmpty else {
            throw .unwritable(path: root.string, purpose: "boot media", reason: "the folder is not empty")
        }
    }

    private static func makeDirectory(_ path: FilePath) throws(MachineError) {
        do throws(FileSystem.Failure) { try FileSystem.makeDirectory(path, withParents: true) } catch {
            throw .unwritable(path: path.string, purpose: "boot media", reason: error.reason)
        }
    }

    private static func copy(_ source: FilePath, to target: FilePath, purpose: String) throws(MachineError) {
        do throws(FileSystem.Failure) { try FileSystem.copy(source, to: target) } catch {
            throw FileSystem.isRegularFile(source)
                ? .unwritable(path: target.string, purpose: "boot media", reason: error.reason)
                : .unreadable(path: source.string, purpose: purpose, reason: error.reason)
        }
    }

    private static func checkSize(of files: [FilePath]) throws(MachineError) {
        var sum: UInt64 = 0
        for file in files {
            sum += FileSystem.byteCount(of: file) ?? 0
            guard sum <= maximumByteCount else {
                throw .unreadable(
                    path: file.string, purpose: "boot file", reason: "boot media hold \(maximumByteCount >> 20) MiB in all")
            }
        }
    }
}
