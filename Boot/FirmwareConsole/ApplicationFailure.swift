public import MemoryReport
public import UEFIStatus

/// The stages at which an application of the firmware's can fail.
public protocol ApplicationStage: Sendable {
    /// The name that the serial protocol gives the stage.
    var name: StaticString { get }
}

/// Why an application of the firmware's gave up: at which stage, and a sentence for the person in front of the machine.
public struct ApplicationFailure<Stage: ApplicationStage>: Error {
    public let stage: Stage
    public let message: [UInt8]

    /// What the firmware is told when the application returns to it.
    public let status: EFIStatus

    public init(_ stage: Stage, status: EFIStatus = .deviceError, _ write: (inout ByteBuffer) -> Void) {
        var buffer = ByteBuffer()
        write(&buffer)
        self.stage = stage
        self.status = status
        message = buffer.bytes
    }

    public init(_ stage: Stage, _ message: StaticString, status: EFIStatus = .deviceError) {
        self.init(stage, status: status) { $0.write(message) }
    }

    /// A failure that a status of the firmware's explains.
    public init(_ stage: Stage, _ message: StaticString, firmware status: EFIStatus) {
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
