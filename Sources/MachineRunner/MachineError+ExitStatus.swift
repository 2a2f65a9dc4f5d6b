extension MachineError {
    /// The exit status with which a command reports the error.
    ///
    /// They follow `sysexits.h` and the shell's conventions where these know the case.
    public var exitStatus: Int32 {
        switch self {
        case .loaderNotStarted: 10
        case .loaderFailed, .guardFailed: 11
        case .kernelRefused: 12
        case .kernelFault: 13
        case .stoppedEarly, .stillRunning, .programStopped: 14
        case .programFailed: 15
        case .selfTestFailed: 16
        case .optionInvalid, .optionRefused: 64
        case .malformedEvents, .inconsistentReport, .serialFlood, .guardReportIncomplete: 65
        case .unreadable: 66
        case .emulatorMissing, .firmwareMissing, .imagesMissing: 69
        case .emulatorFailed, .monitorFailed: 70
        case .unwritable, .screenshotFailed: 73
        case .timedOut, .programTimedOut: 124
        case .cancelled: 130
        }
    }

    /// A short name for programs, the same in every version.
    public var identifier: String {
        switch self {
        case .emulatorMissing: "emulatorMissing"
        case .firmwareMissing: "firmwareMissing"
        case .imagesMissing: "imagesMissing"
        case .unreadable: "unreadable"
        case .unwritable: "unwritable"
        case .optionInvalid: "optionInvalid"
        case .optionRefused: "optionRefused"
        case .emulatorFailed: "emulatorFailed"
        case .monitorFailed: "monitorFailed"
        case .timedOut: "timedOut"
        case .loaderNotStarted: "loaderNotStarted"
        case .loaderFailed: "loaderFailed"
        case .guardFailed: "guardFailed"
        case .programStopped: "programStopped"
        case .programTimedOut: "programTimedOut"
        case .guardReportIncomplete: "guardReportIncomplete"
        case .programFailed: "programFailed"
        case .selfTestFailed: "selfTestFailed"
        case .kernelRefused: "kernelRefused"
        case .kernelFault: "kernelFault"
        case .stoppedEarly: "stoppedEarly"
        case .stillRunning: "stillRunning"
        case .serialFlood: "serialFlood"
        case .malformedEvents: "malformedEvents"
        case .inconsistentReport: "inconsistentReport"
        case .screenshotFailed: "screenshotFailed"
        case .cancelled: "cancelled"
        }
    }

    /// The last lines of the serial log, for the errors that are told by them.
    public var lastLines: [String] {
        switch self {
        case .emulatorFailed(_, _, let lines), .timedOut(_, _, let lines), .loaderNotStarted(_, let lines),
            .stoppedEarly(_, _, let lines), .programStopped(_, let lines), .programTimedOut(_, let lines):
            lines
        default: []
        }
    }
}
