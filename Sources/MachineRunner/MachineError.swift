/// Why a machine did not boot to the end.
public enum MachineError: Error, Hashable, Sendable {
    /// No emulator is installed.
    case emulatorMissing(name: String, package: String)

    /// No UEFI firmware is installed.
    case firmwareMissing(name: String, package: String, searched: [String])

    /// The folder lacks files that `make images` builds.
    case imagesMissing(folder: String, files: [String])

    /// A file that the user named or that is needed cannot be read.
    case unreadable(path: String, purpose: String, reason: String)

    /// A file cannot be written.
    case unwritable(path: String, purpose: String, reason: String)

    /// What the user wants told to the loader does not fit its configuration file.
    case optionInvalid(option: String, reason: String)

    /// QEMU does not take the value of one of the user's options.
    case optionRefused(option: String, value: String, words: String, accepted: String)

    /// QEMU did not start, or ended by itself.
    case emulatorFailed(status: String, words: String, lastLines: [String])

    /// QEMU's monitor answered with something else than its protocol.
    case monitorFailed(reason: String)

    /// The time was up.
    case timedOut(stage: BootStage, limit: Duration, lastLines: [String])

    /// The firmware did not start the loader and went on without it.
    case loaderNotStarted(words: String, lastLines: [String])

    case loaderFailed(LoaderFailure)
    case kernelRefused(KernelRefusal)
    case kernelFault(KernelFault)

    /// The Guard gave up before it started the program.
    case guardFailed(LoaderFailure)

    /// The machine stopped before the Guard could tell what the program did.
    case programStopped(reason: String, lastLines: [String])

    /// The time was up before the Guard could tell what the program did.
    case programTimedOut(limit: Duration, lastLines: [String])

    /// The program returned with an error.
    case programFailed(status: UInt64)

    /// Inside the firmware the memory services did something else than their model.
    case selfTestFailed(call: UInt64, message: String)

    /// The Guard's report lacks parts.
    case guardReportIncomplete(missing: [String])

    /// The machine reset itself, as it does after a triple fault, or powered off before the kernel was done.
    case stoppedEarly(reason: String, stage: BootStage, lastLines: [String])

    /// The kernel was done but the machine ran on.
    case stillRunning(seconds: Int)

    /// More came on the serial line than any boot sends.
    case serialFlood(limit: Int)

    /// Event lines that are not what the protocol allows.
    case malformedEvents([SerialProblem])

    /// The kernel's report lacks parts or disagrees with the memory map that it dumped.
    case inconsistentReport([ReportDifference])

    /// The picture of the screen could not be taken.
    case screenshotFailed(path: String, reason: String)

    /// The task was cancelled.
    case cancelled
}

/// An event line that could not be used.
public struct SerialProblem: Hashable, Sendable {
    /// The line of the serial log, counted from 1.
    public let line: Int

    public let error: BootEventError

    public init(line: Int, error: BootEventError) {
        self.line = line
        self.error = error
    }
}

/// A field of the kernel's report that does not agree with what the host makes of the dumped memory map.
public struct ReportDifference: Hashable, Sendable {
    public let field: String

    /// What the kernel said; nil where it said nothing.
    public let kernel: String?

    /// What the host computed; nil where there is nothing to compare.
    public let computed: String?

    public init(field: String, kernel: String?, computed: String?) {
        self.field = field
        self.kernel = kernel
        self.computed = computed
    }
}
