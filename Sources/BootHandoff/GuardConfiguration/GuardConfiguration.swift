import MemoryMap

/// What the Guard is told by the text file `\strata\guard.conf` on the boot volume.
///
/// ```
/// program   = \strata\program.efi
/// arguments = console=ttyS0 efi=debug
/// arena     = 75%
/// ```
///
/// Lines, comments, blanks and text follow the rules of ``LoaderConfiguration``. Each key stands at most once:
///
/// | Key         | Value                                                                        | Default |
/// | ----------- | ---------------------------------------------------------------------------- | ------- |
/// | `program`   | path of the UEFI image to run, or `shell` for the firmware's own             | none    |
/// | `arguments` | its load options: the rest of the line                                       | empty   |
/// | `arena`     | `N%` of the largest free range, 1 to 95, or `NM`, a number of mebibytes      | `75%`   |
/// | `services`  | `strata`, or `firmware` to count the calls and hand them on                  | `strata`|
/// | `selftest`  | the number of random calls to compare with a model, in place of a program    | none    |
/// | `benchmark` | the number of descriptors up to which both services are measured, in place of a program | none |
public struct GuardConfiguration: ConfigurationFile {
    /// What is run under the memory services.
    public enum Task: Hashable, Sendable {
        /// A UEFI image on the boot volume.
        case program(path: [UInt8])

        /// The UEFI Shell in the firmware's own volume.
        case shell

        /// The given number of random calls, compared with a model.
        case selfTest(calls: UInt32)

        /// The firmware's services and Strata's measured in one boot, with up to the given number of descriptors.
        case benchmark(descriptors: UInt32)
    }

    /// How much memory is taken from the firmware.
    public enum Arena: Hashable, Sendable {
        /// A part of the largest range of free memory, in percent: 1 to 95.
        case percent(UInt8)

        /// A number of mebibytes, 1 to 16,777,216.
        case mebibytes(UInt32)
    }

    /// Whose services the program gets.
    public enum Services: Hashable, Sendable {
        case strata

        /// The firmware's; its calls are counted.
        case firmware
    }

    /// Where the file lies on the boot volume.
    public static var path: StaticString { "\\strata\\guard.conf" }

    public var task: Task

    /// The program's load options, in UTF-8.
    public var arguments: [UInt8]

    public var arena: Arena

    public var services: Services

    /// A configuration with the defaults for everything but the task.
    public init(_ task: Task) {
        self.task = task
        arguments = []
        arena = .percent(75)
        services = .strata
    }
}
