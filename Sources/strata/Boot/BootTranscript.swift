import MachineRunner
import Synchronization

/// What has been heard of a boot so far, kept so that a failure can be told with all that came before it.
final class BootTranscript: Sendable {
    struct Contents: Sendable {
        var commandLine: [String] = []
        var record = BootRecord()
        var stages: [StageTiming] = []
        var currentStage: BootStage?
        var currentStageBegan = Duration.zero
        var launched = ContinuousClock.now

        /// The signal that ended the run, nil where none did.
        var signal: Int32?

        /// The time since the machine was started.
        var elapsed: Duration { ContinuousClock.now - launched }
    }

    private let storage = Mutex(Contents())

    var contents: Contents { storage.withLock { $0 } }

    func interrupted(by signal: Int32?) { storage.withLock { $0.signal = signal } }

    func take(_ progress: MachineProgress) {
        storage.withLock { contents in
            switch progress {
            case .launching(let commandLine):
                contents.commandLine = commandLine
                contents.launched = .now
            case .began(let stage, let time):
                contents.currentStage = stage
                contents.currentStageBegan = time
            case .ended(let stage):
                contents.stages.append(stage)
            case .line(let line, let time):
                // What the runner refuses is refused here in the same way, and told by its error.
                if case .success(let event) = line.event { try? contents.record.record(event, at: time) }
            }
        }
    }
}
