extension MachineError: CustomStringConvertible {
    /// What went wrong and where, in one sentence.
    public var description: String {
        switch self {
        case .emulatorMissing(let name, _): "\(name) is not there"
        case .firmwareMissing(let name, _, let searched):
            "the UEFI firmware \(name) is not there (looked in \(searched.joined(separator: ", ")))"
        case .imagesMissing(let folder, let files): "\(folder) lacks \(files.joined(separator: ", "))"
        case .unreadable(let path, let purpose, let reason): "\(purpose) '\(path)' cannot be read: \(reason)"
        case .unwritable(let path, let purpose, let reason): "\(purpose) '\(path)' cannot be written: \(reason)"
        case .optionInvalid(let option, let reason): "\(option): \(reason)"
        case .optionRefused(let option, let value, let words, _): "QEMU does not take \(option) \(value): \(words)"
        case .emulatorFailed(let status, let words, _):
            words.isEmpty ? "QEMU ended by itself (\(status))" : "QEMU ended by itself (\(status)): \(words)"
        case .monitorFailed(let reason): "QEMU's monitor does not answer as it should: \(reason)"
        case .timedOut(let stage, let limit, _):
            "the time of \(limit.secondsText) was up in the stage '\(stage.title)'"
        case .loaderNotStarted(let words, _):
            words.isEmpty ? "the firmware did not start the loader" : "the firmware did not start the loader: \(words)"
        case .loaderFailed(let failure):
            "the loader gave up in '\(failure.stage)': \(failure.message)"
        case .kernelRefused(let refusal): "the kernel refused to go on: \(refusal.message)"
        case .kernelFault(let fault):
            "the kernel took an exception: \(fault.exception)"
                + (fault.detail.map { $0.isEmpty ? "" : ", \($0)" } ?? "")
                + (fault.address.map { " at \($0)" } ?? "") + ", by the instruction at \(fault.instruction)"
        case .guardFailed(let failure): "the Guard gave up in '\(failure.stage)': \(failure.message)"
        case .programStopped(let reason, _): "the machine stopped before the program ended or left the firmware: \(reason)"
        case .programTimedOut(let limit, _):
            "the time of \(limit.secondsText) was up before the program ended or left the firmware"
        case .programFailed(let status): "the program returned \(HexadecimalWord(status)), an error"
        case .selfTestFailed(let call, let message):
            "at call \(call) of the self-test the memory services do not do what their model does: \(message)"
        case .guardReportIncomplete(let missing): "the Guard's report lacks \(missing.joined(separator: ", "))"
        case .stoppedEarly(let reason, let stage, _): "the machine stopped in the stage '\(stage.title)': \(reason)"
        case .stillRunning(let seconds): "the kernel was done, but the machine ran on for \(seconds) s"
        case .serialFlood(let limit): "more than \(limit >> 20) MiB came on the serial line"
        case .malformedEvents(let problems):
            "\(problems.count == 1 ? "an event line is" : "\(problems.count) event lines are") not what the protocol allows"
        case .inconsistentReport(let differences):
            "the kernel's report does not agree with the memory map it dumped: "
                + differences.map(\.field).prefix(4).joined(separator: ", ")
                + (differences.count > 4 ? " and \(differences.count - 4) more" : "")
        case .screenshotFailed(let path, let reason): "the screenshot '\(path)' could not be taken: \(reason)"
        case .cancelled: "interrupted"
        }
    }

    /// What the user can do about it, nil where nothing general can be said.
    public var advice: String? {
        switch self {
        case .emulatorMissing(_, let package), .firmwareMissing(_, let package, _):
            "install the package '\(package)' (Debian, Ubuntu: apt-get install \(package))"
        case .imagesMissing: "run 'make images' to build the loader and the kernel, or name their folder with --images"
        case .optionRefused(_, _, _, let accepted): "accepted are \(accepted)"
        case .timedOut: "give it more time with --timeout, or see all that was said with --log or --verbose"
        case .loaderNotStarted: "the image must be a UEFI application for the machine's architecture: run 'make images'"
        case .loaderFailed(let failure) where failure.stage == "verification":
            "run 'make images' to build both anew, or boot it all the same with --allow-unverified"
        case .programTimedOut: "give it more time with --timeout, or see all that was said with --log or --verbose"
        case .programStopped, .guardReportIncomplete, .stoppedEarly, .stillRunning, .malformedEvents, .inconsistentReport,
            .emulatorFailed:
            "keep the raw serial log with --log FILE to look into it"
        default: nil
        }
    }
}

extension Duration {
    /// `12 s`, or `0.5 s` where it is no whole number of seconds.
    var secondsText: String {
        let (seconds, attoseconds) = components
        let tenths = attoseconds / 100_000_000_000_000_000
        return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
}
