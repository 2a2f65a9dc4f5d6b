import SystemPackage

/// The loader and the kernel of one architecture, as `make images` builds them.
public struct ImageSet: Hashable, Sendable {
    /// The UEFI loader, a PE/COFF image.
    public var loader: FilePath

    /// The kernel, a position-independent ELF executable.
    public var kernel: FilePath

    /// The kernel's SHA-256 in the form that `sha256sum` writes; nil where there is none.
    public var kernelHash: FilePath?

    public init(loader: FilePath, kernel: FilePath, kernelHash: FilePath?) {
        self.loader = loader
        self.kernel = kernel
        self.kernelHash = kernelHash
    }

    /// The folder that `make images` fills.
    public static let folderName = ".build-images"

    /// Finds the images: in `folder` alone where it is given, else in `$STRATA_IMAGES` alone where that is set, else in the
    /// first `.build-images` of the current directory, the program's directory and its parents that has the architecture.
    ///
    /// - Throws: `MachineError.imagesMissing` with the folder and the files that it lacks.
    public static func locate(
        for architecture: MachineArchitecture, folder: FilePath? = nil, in host: HostEnvironment
    ) throws(MachineError) -> ImageSet {
        try ImageSet(of: architecture, in: place(for: architecture, folder: folder, in: host))
    }

    /// Finds the Guard's image, in the same places.
    ///
    /// - Throws: `MachineError.imagesMissing`.
    public static func locateGuard(
        for architecture: MachineArchitecture, folder: FilePath? = nil, in host: HostEnvironment
    ) throws(MachineError) -> FilePath {
        let place = place(for: architecture, folder: folder, in: host).appending(architecture.rawValue)
        let image = place.appending("guard.efi")
        guard FileSystem.isRegularFile(image) else { throw .imagesMissing(folder: place.string, files: ["guard.efi"]) }
        return image
    }

    private static func place(
        for architecture: MachineArchitecture, folder: FilePath?, in host: HostEnvironment
    ) -> FilePath {
        let candidates: [FilePath]
        if let named = folder ?? host.variable("STRATA_IMAGES").map({ FilePath($0) }) {
            candidates = [host.absolute(named)]
        } else {
            candidates = searchPath(in: host)
        }
        return candidates.first { FileSystem.isDirectory($0.appending(architecture.rawValue)) }
            ?? candidates.first ?? host.absolute(FilePath(folderName))
    }

    /// Takes another kernel, with the hash in the file of its name and `.sha256` where there is one.
    public mutating func replaceKernel(by kernel: FilePath) {
        let hash = FilePath(kernel.string + ".sha256")
        self.kernel = kernel
        kernelHash = FileSystem.isRegularFile(hash) ? hash : nil
    }

    private static func searchPath(in host: HostEnvironment) -> [FilePath] {
        var folders = [host.absolute(FilePath(folderName))]
        var place = host.executableDirectory
        while let directory = place {
            folders.append(directory.appending(folderName))
            let parent = directory.removingLastComponent()
            place = parent == directory || parent.isEmpty ? nil : parent
        }
        return folders
    }

    private init(of architecture: MachineArchitecture, in folder: FilePath) throws(MachineError) {
        let place = folder.appending(architecture.rawValue)
        loader = place.appending(architecture.loaderFileName)
        kernel = place.appending("kernel.elf")
        let hash = place.appending("kernel.elf.sha256")
        kernelHash = hash
        let missing = [loader, kernel, hash].filter { !FileSystem.isRegularFile($0) }
        guard missing.isEmpty else {
            throw .imagesMissing(folder: place.string, files: missing.compactMap { $0.lastComponent?.string })
        }
    }
}
