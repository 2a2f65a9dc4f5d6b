extension MachineSession {
    /// How the run ended.
    enum Outcome: Hashable, Sendable {
        /// The kernel finished and the machine powered off.
        case finished

        case failed(MachineError)

        /// QEMU ended without having been told to.
        case emulatorEnded
    }

    /// How the run ended, once it is over. What loader or kernel said about their own end goes before all else.
    var outcome: Outcome {
        switch record.ending {
        case .loaderFailed(let failure): return .failed(.loaderFailed(failure))
        case .kernelRefused(let refusal): return .failed(.kernelRefused(refusal))
        case .kernelFault(let fault): return .failed(.kernelFault(fault))
        case .finished, nil: break
        }
        switch stop {
        case .byGuest("guest-shutdown") where record.ending == .finished:
            return problems.isEmpty ? .finished : .failed(.malformedEvents(problems))
        case .byGuest(let reason):
            return .failed(.stoppedEarly(reason: Self.words(for: reason), stage: record.stage, lastLines: recentLines))
        case .failed(let error): return .failed(error)
        case .afterLastWord, nil: return .emulatorEnded
        }
    }

    private static func words(for reason: String) -> String {
        switch reason {
        case "guest-shutdown": "it powered off before the kernel was done"
        case "guest-reset": "it reset itself, as it does after a fault that nothing handles"
        case "guest-panic": "the guest reported a panic"
        default: "QEMU says '\(TerminalText.harmless(reason))'"
        }
    }
}
