/// What directs a run of QEMU: a state machine that knows no process, no file and no clock.
protocol SerialSession: Sendable {
    /// What is to be done first.
    func start() -> [MachineSession.Action]

    /// Takes in what arrived; returns what is to be done.
    mutating func handle(_ input: MachineSession.Input, at now: Duration) -> [MachineSession.Action]

    /// Takes the line that the serial log breaks off in as a whole line.
    mutating func finishSerial(at now: Duration)
}

extension MachineSession: SerialSession {}
