import FirmwareConsole

/// Why the loader gave up.
typealias LoaderFailure = ApplicationFailure<LoaderStage>

/// The stages at which the loader can fail.
enum LoaderStage: ApplicationStage {
    case configuration, kernel, verification, initrd, memory, exit, handoff

    var name: StaticString {
        switch self {
        case .configuration: "configuration"
        case .kernel: "kernel"
        case .verification: "verification"
        case .initrd: "initrd"
        case .memory: "memory"
        case .exit: "exit"
        case .handoff: "handoff"
        }
    }
}
