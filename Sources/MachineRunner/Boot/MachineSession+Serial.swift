extension MachineSession {
    mutating func read(_ bytes: [UInt8], at now: Duration) -> [Action] {
        var actions: [Action] = []
        for line in reader.read(bytes) { actions += take(line, at: now) }
        return actions
    }

    mutating func take(_ line: SerialLine, at now: Duration) -> [Action] {
        let stagesBefore = record.endedStages.count
        let endingBefore = record.ending
        switch line.event {
        case nil: break
        case .success(let event):
            do throws(BootEventError) { try record.record(event, at: now) } catch { note(error, line: line.number) }
        case .failure(let error): note(error, line: line.number)
        }
        remember(line)
        report(.line(line, at: now))
        for stage in record.endedStages[stagesBefore...] {
            report(.ended(stage))
            report(.began(record.stage, at: stage.ended))
        }
        if record.ending != endingBefore {
            return [.arm(.powerOff, patience)]
        }
        // A loader that has given up returns to the firmware: whatever is said from then on, the firmware says.
        if case .loaderFailed = record.ending, line.event == nil, !line.text.allSatisfy(\.isWhitespace) {
            return end(.afterLastWord)
        }
        return lookForShell(line)
    }

    /// How much longer is listened to after the last word of loader or kernel.
    private var patience: Duration {
        switch record.ending {
        case .finished, .loaderFailed: Self.powerOffPatience
        case .kernelRefused, .kernelFault, nil: Self.errorPatience
        }
    }

    private mutating func note(_ error: BootEventError, line: Int) {
        if problems.count < Self.problemLimit { problems.append(SerialProblem(line: line, error: error)) }
    }

    private mutating func remember(_ line: SerialLine) {
        var text = line.text
        switch line.event {
        case .success(let event): text += text.isEmpty ? "[\(event.name)]" : " [\(event.name)]"
        case .failure: text += "[an event that cannot be read]"
        case nil: break
        }
        lastLines.append(text)
    }

    /// EDK II's firmware says on the serial line when it cannot start what it was given, and falls back to its shell.
    private mutating func lookForShell(_ line: SerialLine) -> [Action] {
        guard record.stage <= .loader, record.ending == nil else { return [] }
        if line.text.contains("BdsDxe: failed to") { loaderFailureWords = line.text }
        let gaveUp = ["UEFI Interactive Shell v", "No bootable option or device was found"].contains(where: line.text.contains)
        guard gaveUp else { return [] }
        return end(.failed(.loaderNotStarted(words: loaderFailureWords, lastLines: recentLines)))
    }
}
