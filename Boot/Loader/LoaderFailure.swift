import MemoryReport
import UEFI

/// Why the loader gave up: at which stage, and a sentence for the person in front of the machine.
struct LoaderFailure: Error {
    /// The stages that can fail, by the names that the serial protocol gives them.
    enum Stage {
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

    let stage: Stage
    let message: [UInt8]
    /// What the firmware is told when the loader returns to it.
    let status: UEFIStatus

    init(_ stage: Stage, status: UEFIStatus = .deviceError, _ write: (inout ByteBuffer) -> Void) {
        var buffer = ByteBuffer()
        write(&buffer)
        self.stage = stage
        self.status = status
        message = buffer.bytes
    }

    init(_ stage: Stage, _ message: StaticString, status: UEFIStatus = .deviceError) {
        self.init(stage, status: status) { $0.write(message) }
    }

    /// A failure that a status of the firmware's explains.
    init(_ stage: Stage, _ message: StaticString, firmware status: UEFIStatus) {
        self.init(stage, status: status) { text in
            text.write(message)
            text.write(": the firmware answers ")
            text.write(status.name)
            text.write(" (")
            text.write(hexadecimal: status.rawValue)
            text.write(")")
        }
    }
}
