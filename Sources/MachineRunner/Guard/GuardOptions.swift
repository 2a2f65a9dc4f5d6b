import BootHandoff
import SystemPackage

/// What the Guard is to run, and the volume that it finds it on.
public struct GuardOptions: Hashable, Sendable {
    /// What is run under the memory services.
    public enum Task: Hashable, Sendable {
        /// A UEFI image of the host's file system.
        case program(FilePath)

        /// The UEFI Shell that the firmware holds.
        case shell

        /// The given number of random calls, compared with a model.
        case selfTest(calls: UInt32)

        /// The firmware's services and Strata's measured in one boot, with up to the given number of descriptors.
        case benchmark(descriptors: UInt32)
    }

    public var task: Task

    /// The program's load options, handed on as they are.
    public var arguments = ""

    /// A file that is put on the volume as `\strata\initrd.img`, and named to a kernel by `initrd=` behind its arguments.
    public var initrd: FilePath?

    /// A folder whose contents are put on the boot volume, such as configuration files that the program reads.
    public var volume: FilePath?

    /// Whose services the program gets.
    public var services = GuardConfiguration.Services.strata

    /// How much memory is taken from the firmware.
    public var arena = GuardConfiguration.Arena.percent(75)

    public init(_ task: Task) { self.task = task }

    static let programPath = #"\strata\program.efi"#
    static let initrdPath = #"\strata\initrd.img"#

    /// The text of the Guard's configuration file.
    ///
    /// - Throws: `MachineError.optionInvalid` where the file cannot carry the arguments.
    func configurationText() throws(MachineError) -> [UInt8] {
        var configuration: GuardConfiguration
        switch task {
        case .program: configuration = GuardConfiguration(.program(path: Array(Self.programPath.utf8)))
        case .shell: configuration = GuardConfiguration(.shell)
        case .selfTest(let calls): configuration = GuardConfiguration(.selfTest(calls: calls))
        case .benchmark(let descriptors): configuration = GuardConfiguration(.benchmark(descriptors: descriptors))
        }
        var arguments = arguments
        if initrd != nil { arguments += (arguments.isEmpty ? "" : " ") + "initrd=" + Self.initrdPath }
        configuration.arguments = Array(arguments.utf8)
        configuration.services = services
        configuration.arena = arena
        do throws(LoaderConfigurationError) {
            return try configuration.text
        } catch {
            let reason =
                switch error.reason {
                case .valueTooLong(let count, let limit): "\(count) bytes are too many, \(limit) are accepted"
                default: "the text must be one line of UTF-8 without control characters and without blanks at its ends"
                }
            throw .optionInvalid(option: "the program's arguments", reason: reason)
        }
    }
}
