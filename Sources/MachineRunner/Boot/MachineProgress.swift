/// What a running machine is heard to do.
public enum MachineProgress: Sendable {
    /// QEMU is being started.
    case launching(commandLine: [String])

    /// A stage begins.
    case began(BootStage, at: Duration)

    /// A stage is over.
    case ended(StageTiming)

    /// A line came on the serial line, with or without an event; the event has been taken in.
    case line(SerialLine, at: Duration)
}
