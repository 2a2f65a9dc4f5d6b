import FirmwareConsole

/// Why the Guard gave up before it started anything.
typealias GuardFailure = ApplicationFailure<GuardStage>

/// The stages at which the Guard can fail.
enum GuardStage: ApplicationStage {
    case configuration, memory, program

    var name: StaticString {
        switch self {
        case .configuration: "configuration"
        case .memory: "memory"
        case .program: "program"
        }
    }
}
