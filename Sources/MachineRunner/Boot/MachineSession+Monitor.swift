extension MachineSession {
    mutating func handle(_ message: QMPMessage) -> [Action] {
        switch message {
        case .greeting:
            guard phase == .connecting else { return [] }
            phase = .running
            return [.send(.negotiate)]
        case .shutdown(let reason): return end(.byGuest(reason))
        case .panicked: return end(.byGuest("guest-panic"))
        case .result(QMPCommand.screenDumpIdentifier) where phase == .takingPicture:
            isScreenshotTaken = true
            return quit()
        case .error(QMPCommand.screenDumpIdentifier, let description) where phase == .takingPicture:
            screenshotFailure = description
            return quit()
        case .error(QMPCommand.negotiate.id, let description):
            return end(.failed(.monitorFailed(reason: description)))
        case .result, .error, .other: return []
        }
    }

    mutating func expire(_ timer: Timer) -> [Action] {
        switch timer {
        case .limit:
            return end(.failed(.timedOut(stage: record.stage, limit: limit, lastLines: recentLines)))
        case .powerOff:
            guard record.ending == .finished else { return end(.afterLastWord) }
            return end(.failed(.stillRunning(seconds: Int(Self.powerOffPatience.components.seconds))))
        case .screenshot:
            guard phase == .takingPicture else { return [] }
            screenshotFailure = "QEMU took too long over it"
            return quit()
        case .quit:
            return phase == .over ? [] : [.kill]
        }
    }

    /// Ends the run, once: the picture, where one is wanted, then QEMU's end.
    mutating func end(_ reason: Stop) -> [Action] {
        guard stop == nil, phase == .running || phase == .connecting else { return [] }
        stop = reason
        guard phase == .running, let screenshotPath else { return quit() }
        phase = .takingPicture
        return [.send(.screenDump(path: screenshotPath)), .arm(.screenshot, Self.emulatorPatience)]
    }

    private mutating func quit() -> [Action] {
        // A QEMU that never greeted takes no commands.
        let isListening = phase != .connecting
        phase = .quitting
        return isListening ? [.send(.quit), .arm(.quit, Self.emulatorPatience)] : [.kill]
    }
}
