import SystemPackage

/// A machine to run and what to keep of its run.
public struct MachineConfiguration: Sendable {
    public var architecture: MachineArchitecture

    public var memory: MemorySize

    /// The number of processors, at least 1.
    public var processors: Int

    /// Whether an AArch64 machine describes itself by ACPI tables; otherwise by a device tree. A PC always has ACPI.
    public var offersACPI = true

    /// The loader and the kernel.
    public var images: ImageSet

    /// What the loader is told.
    public var options: BootOptions

    /// The bound on the whole run, from power-on to power-off.
    public var timeout: Duration

    /// Where the picture of the screen goes, in PNG format.
    public var screenshot: FilePath?

    /// Where the raw serial log goes.
    public var log: FilePath?

    /// Where the boot media are built and kept; nil for a temporary directory. It must be empty or not there yet.
    public var keptMedia: FilePath?

    /// The host in which emulator and firmware are looked up.
    public var host: HostEnvironment

    public init(
        architecture: MachineArchitecture, memory: MemorySize, processors: Int = 1, images: ImageSet,
        options: BootOptions = BootOptions(), timeout: Duration = .seconds(120), host: HostEnvironment = .current
    ) {
        self.architecture = architecture
        self.memory = memory
        self.processors = processors
        self.images = images
        self.options = options
        self.timeout = timeout
        self.host = host
    }
}

/// What the loader is told through its configuration file.
public struct BootOptions: Hashable, Sendable {
    /// The kernel's command line.
    public var commandLine: String

    /// Where the loader is told to look for the kernel, which lies at `\strata\kernel.elf`: nil for there.
    public var kernelPath: String?

    /// An initial RAM disk that the loader puts into memory.
    public var initrd: FilePath?

    /// Whether a kernel that does not have the hash beside it is booted all the same.
    public var allowsUnverifiedKernel: Bool

    /// Faults that loader or kernel are to make on purpose.
    public var injections: [String]

    public init(
        commandLine: String = "", kernelPath: String? = nil, initrd: FilePath? = nil, allowsUnverifiedKernel: Bool = false,
        injections: [String] = []
    ) {
        self.kernelPath = kernelPath
        self.commandLine = commandLine
        self.initrd = initrd
        self.allowsUnverifiedKernel = allowsUnverifiedKernel
        self.injections = injections
    }
}
