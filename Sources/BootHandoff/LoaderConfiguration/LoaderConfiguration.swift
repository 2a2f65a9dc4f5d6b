import MemoryMap

/// What the boot loader is told by the text file `\strata\boot.conf` on the boot volume.
///
/// ```
/// # The kernel, and what it is told.
/// kernel     = \strata\kernel.elf
/// initrd     = \strata\initrd.img
/// cmdline    = report=full
/// verify     = required
/// resolution = 1280x800
/// ```
///
/// A line is `key = value`, a comment that starts with `#`, or blank; it ends in LF or CR LF. The file is UTF-8, with or without
/// a byte order mark. White space (spaces and tabs) around keys and values does not count. Each key stands at most once, but for
/// `inject`:
///
/// | Key          | Value                                                   | Default                             |
/// | ------------ | ------------------------------------------------------- | ----------------------------------- |
/// | `kernel`     | path of the kernel's ELF file                           | `\strata\kernel.elf`                |
/// | `checksum`   | path of the file with the kernel's SHA-256              | the kernel's path and `.sha256`     |
/// | `initrd`     | path of the initial RAM disk                            | none                                |
/// | `cmdline`    | the kernel's command line: the rest of the line         | empty                               |
/// | `verify`     | `required` or `optional`                                | `required`                          |
/// | `resolution` | `WIDTHxHEIGHT` in pixels, 1 to 65535 each               | the firmware's choice               |
/// | `inject`     | a fault to make on purpose, see ``Injection``           | none                                |
///
/// Paths are absolute, with `\` between their parts. All text is kept as the UTF-8 bytes of the file.
public struct LoaderConfiguration: ConfigurationFile {
    /// Whether a kernel without a matching checksum is started.
    public enum Verification: Hashable, Sendable {
        /// A kernel whose checksum is missing or does not match is refused.
        case required

        /// Such a kernel is started, and told that it is not verified.
        case optional
    }

    /// A size of the screen in pixels: 1 to 65535 each.
    public struct Resolution: Hashable, Sendable {
        public var width: UInt16
        public var height: UInt16

        public init(width: UInt16, height: UInt16) {
            self.width = width
            self.height = height
        }
    }

    /// A fault that the loader makes on purpose, so that tests can see the boot path deal with it.
    public enum Injection: Hashable, Sendable {
        /// `map-changes:N`: the memory map changes between `GetMemoryMap` and `ExitBootServices`, N times (1 to 65535).
        case mapChanges(UInt16)

        /// `bad-magic`: the magic of the ``BootInfo`` that is handed on is wrong.
        case badMagic

        /// `bad-version`: its version is one that no kernel knows.
        case badVersion

        /// `bad-pointer`: one of its pointers leads out of the memory map.
        case badPointer
    }

    /// The largest file that is read, in bytes.
    public static let fileByteLimit = 65536

    /// The longest path in bytes.
    public static let pathByteLimit = 255

    /// The longest command line in bytes.
    public static let commandLineByteLimit = 4096

    /// Where the file lies on the boot volume.
    public static var path: StaticString { "\\strata\\boot.conf" }

    private static var defaultKernel: StaticString { "\\strata\\kernel.elf" }
    private static var checksumSuffix: StaticString { ".sha256" }

    /// The path of the kernel's ELF file.
    public var kernel: [UInt8]

    /// The path of the file with the kernel's SHA-256, or nil for the default: see ``checksumPath``.
    public var checksum: [UInt8]?

    /// The path of the initial RAM disk, if there is one.
    public var initrd: [UInt8]?

    /// The kernel's command line, without a terminator.
    public var commandLine: [UInt8]

    /// Whether the kernel's checksum has to match.
    public var verification: Verification

    /// The wanted size of the screen, or nil for the firmware's choice.
    public var resolution: Resolution?

    /// The faults to make on purpose, in the order of the file; none stands twice.
    public var injections: [Injection]

    /// The configuration of an empty file. Allocates the kernel's path.
    public init() {
        kernel = Self.defaultKernel.utf8Bytes
        checksum = nil
        initrd = nil
        commandLine = []
        verification = .required
        resolution = nil
        injections = []
    }

    /// The path of the file with the kernel's SHA-256: ``checksum``, or the kernel's path and `.sha256`. Allocates it.
    public var checksumPath: [UInt8] { checksum ?? kernel + Self.checksumSuffix.utf8Bytes }

    /// How many times the memory map is changed on purpose.
    public var injectedMapChanges: UInt16 {
        for injection in injections {
            if case .mapChanges(let count) = injection { return count }
        }
        return 0
    }
}
