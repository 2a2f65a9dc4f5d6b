extension MachineSession {
    mutating func stopped(reason: String) -> [Action] { end(.byGuest(reason)) }

    mutating func fail(_ error: MachineError) -> [Action] { end(.failed(error)) }

    mutating func hear(_ answer: QMPMessage) -> [Action] {
        switch answer {
        case .result(QMPCommand.screenDumpIdentifier) where isTakingPicture:
            isScreenshotTaken = true
            return emulator.quit()
        case .error(QMPCommand.screenDumpIdentifier, let description) where isTakingPicture:
            screenshotFailure = description
            return emulator.quit()
        default: return []
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
            guard isTakingPicture else { return [] }
            screenshotFailure = "QEMU took too long over it"
            return emulator.quit()
        case .quit: return []
        }
    }

    /// Ends the run, once: the picture, where one is wanted, then QEMU's end.
    mutating func end(_ reason: Stop) -> [Action] {
        guard stop == nil, emulator.isGoingOn else { return [] }
        stop = reason
        guard isTakingPicture, let screenshotPath else { return emulator.quit() }
        return [.send(.screenDump(path: screenshotPath)), .arm(.screenshot, EmulatorLife.patience)]
    }

    /// Whether the run has its end, and QEMU goes on for the sake of the picture.
    private var isTakingPicture: Bool { stop != nil && screenshotPath != nil && emulator.phase == .running }
}
