import MachineRunner
import Synchronization

/// Shows the stages of a boot as they come: a line for each, and on a terminal the running one with its time.
final class ProgressPrinter: Sendable {
    enum Detail: Sendable {
        case nothing
        case stages

        /// The stages and what comes on the serial line.
        case serial
    }

    private struct State: Sendable {
        var record = BootRecord()
        var running: BootStage?
        var began = ContinuousClock.now
        var isLiveLineShown = false
        var frame = 0
    }

    private static let titleWidth = 24
    private let output: Output
    private let style: Style
    private let detail: Detail
    private let state = Mutex(State())

    init(output: Output, style: Style, detail: Detail) {
        self.output = output
        self.style = style
        self.detail = detail
    }

    func show(_ progress: MachineProgress) {
        guard detail != .nothing else { return }
        state.withLock { state in
            switch progress {
            case .launching: break
            case .began(let stage, _):
                state.running = stage
                state.began = .now
            case .ended(let timing):
                clearLiveLine(&state)
                output.line(doneLine(timing, state.record))
            case .line(let line, let time):
                if case .success(let event) = line.event { try? state.record.record(event, at: time) }
                if detail == .serial { showSerial(line, &state) }
            }
        }
    }

    /// Draws the running stage's line anew until the task is cancelled; nothing where lines cannot be overwritten.
    func animate() async {
        guard detail != .nothing, style.terminal.canRedraw else { return }
        while !Task.isCancelled {
            state.withLock { drawLiveLine(&$0) }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Takes the live line away; `timing` is the stage that was running when the boot ended, `isDone` whether it went well.
    func finish(_ timing: StageTiming?, isDone: Bool) {
        guard detail != .nothing else { return }
        state.withLock { state in
            clearLiveLine(&state)
            state.running = nil
            guard let timing else { return }
            output.line(isDone ? doneLine(timing, state.record) : failedLine(timing))
        }
    }

    private func doneLine(_ timing: StageTiming, _ record: BootRecord) -> String {
        let detail = TerminalText.harmless(StageDetail.text(for: timing.stage, in: record, style: style))
        return line(style.doneSign, timing, style.faint(detail))
    }

    private func failedLine(_ timing: StageTiming) -> String { line(style.failedSign, timing, "") }

    private func line(_ sign: String, _ timing: StageTiming, _ detail: String) -> String {
        let text = "  \(sign) \(timing.stage.title.padded(to: Self.titleWidth))\(timing.duration.text.padded(left: 8))"
        return detail.isEmpty ? text : "\(text)  \(detail)"
    }

    private func showSerial(_ line: SerialLine, _ state: inout State) {
        clearLiveLine(&state)
        var text = line.text
        switch line.event {
        case .success(let event): text += "[\(event.name)]"
        case .failure(let error): text += "[unusable event: \(TerminalText.harmless(error.description))]"
        case nil: break
        }
        guard !text.allSatisfy(\.isWhitespace) else { return }
        output.line(style.faint("    \(text)"))
    }

    private func drawLiveLine(_ state: inout State) {
        guard let stage = state.running else { return }
        let frames = style.spinner
        state.frame = (state.frame + 1) % frames.count
        let time = (ContinuousClock.now - state.began).text
        output.write("\r  \(frames[state.frame]) \(stage.title.padded(to: Self.titleWidth))\(time.padded(left: 8))\u{1B}[K")
        state.isLiveLineShown = true
    }

    private func clearLiveLine(_ state: inout State) {
        guard state.isLiveLineShown else { return }
        output.write("\r\u{1B}[K")
        state.isLiveLineShown = false
    }
}

extension String {
    /// With blanks on the right up to `width` characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }

    /// With blanks on the left up to `width` characters.
    func padded(left width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}
