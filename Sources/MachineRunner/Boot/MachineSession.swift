/// The course of a machine's run as a state machine: what arrives goes in, what is to be done comes out.
///
/// It knows no process, no file and no clock, so that every course can be tested.
struct MachineSession: SerialSession {
    /// What arrives.
    enum Input: Sendable {
        case monitor(QMPMessage)

        /// QEMU said something on its monitor that is no QMP.
        case monitorGarbage(String)

        /// QEMU closed its monitor: it has ended.
        case monitorClosed

        case serial([UInt8])
        case timer(Timer)
    }

    /// What is to be done.
    enum Action: Hashable, Sendable {
        case send(QMPCommand)

        /// Give a `timer` input after the time.
        case arm(Timer, Duration)

        /// End QEMU by force.
        case kill
    }

    enum Timer: Hashable, Sendable {
        /// The user's bound on the whole run.
        case limit

        /// For the machine to power off after the last word of loader or kernel.
        case powerOff

        /// For QEMU to take the picture.
        case screenshot

        /// For QEMU to end after it was told to.
        case quit
    }

    /// Why the run is being ended.
    enum Stop: Hashable, Sendable {
        /// The guest stopped the machine, for the reason that QEMU gives.
        case byGuest(String)

        /// Loader or kernel had said their last word, an error, and the machine ran on.
        case afterLastWord

        case failed(MachineError)
    }

    /// How long the machine may take to power off after `finished`, or the firmware to take over again after the loader gave up;
    /// and how long more is listened to after an error of the kernel's, which never powers off by itself on some machines.
    static let powerOffPatience = Duration.seconds(10)
    static let errorPatience = Duration.seconds(2)

    /// The most bytes that are taken from the serial line, unless a session is told otherwise.
    static let usualSerialLimit = 64 << 20

    /// The most unusable event lines that are kept.
    static let problemLimit = 64

    var record = BootRecord()
    var problems: [SerialProblem] = []
    var lastLines = LastLines()

    /// What went wrong with the picture, nil where nothing did.
    var screenshotFailure: String?
    var isScreenshotTaken = false

    let limit: Duration
    let serialLimit: Int
    let screenshotPath: String?
    let report: @Sendable (MachineProgress) -> Void
    var emulator = EmulatorLife()
    var stop: Stop?
    var reader = SerialLineReader()
    var loaderFailureWords = ""

    /// - Parameters:
    ///   - limit: The bound on the run.
    ///   - screenshotPath: Where QEMU is to put the picture, nil for none.
    init(
        limit: Duration, screenshotPath: String?, serialLimit: Int = usualSerialLimit,
        report: @escaping @Sendable (MachineProgress) -> Void
    ) {
        self.serialLimit = serialLimit
        self.limit = limit
        self.screenshotPath = screenshotPath
        self.report = report
    }

    /// What is to be done first.
    func start() -> [Action] {
        report(.began(.firmware, at: .zero))
        return [.arm(.limit, limit)]
    }

    /// The text of the serial line's last lines, an unfinished one included.
    var recentLines: [String] { lastLines.text(unfinished: reader.unfinishedText) }

    /// The line that the serial log breaks off in, taken as a whole line.
    mutating func finishSerial(at now: Duration) {
        if let line = reader.finish() { _ = take(line, at: now) }
    }
}
