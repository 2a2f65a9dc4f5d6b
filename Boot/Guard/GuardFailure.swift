import MemoryReport
import UEFI

/// Why the Guard gave up before it started anything: at which stage, and a sentence for the person in front of the machine.
struct GuardFailure: Error {
    /// The stages that can fail, by the names that the serial protocol gives them.
    enum Stage {
        case configuration, memory, program

        var name: StaticString {
            switch self {
            case .configuration: "configuration"
            case .memory: "memory"
            case .program: "program"
            }
        }
    }

    let stage: Stage
    let message: [UInt8]
    let status: UEFIStatus

    init(_ stage: Stage, status: UEFIStatus = .deviceError, _ write: (inout ByteBuffer) -> Void) {
        var buffer = ByteBuffer()
        write(&buffer)
        self.stage = stage
        self.status = status
        message = buffer.bytes
    }

    /// A failure that a status of the firmware's explains.
    init(_ stage: Stage, _ message: StaticString, firmware status: UEFIStatus) {
        self.init(stage, status: status) { text in
            text.write(message)
            text.write(": the firmware answers ")
            text.write(status.name)
        }
    }
}
