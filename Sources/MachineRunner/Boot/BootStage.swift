/// The stages of a boot, in the order in which they come.
public enum BootStage: String, CaseIterable, Codable, Hashable, Sendable {
    /// From power-on to the loader's first word.
    case firmware

    /// The loader reads its files and prepares the handoff, boot services still there.
    case loader

    /// Boot services are gone, the kernel has not spoken yet.
    case exitBootServices

    /// The kernel takes the machine over.
    case kernel

    /// The kernel sends its report.
    case report

    /// The kernel is done; the machine is being switched off.
    case powerOff

    /// The name for people.
    public var title: String {
        switch self {
        case .firmware: "firmware"
        case .loader: "loader"
        case .exitBootServices: "exit of boot services"
        case .kernel: "kernel"
        case .report: "report"
        case .powerOff: "power-off"
        }
    }
}

extension BootStage: Comparable {
    private var order: Int {
        switch self {
        case .firmware: 0
        case .loader: 1
        case .exitBootServices: 2
        case .kernel: 3
        case .report: 4
        case .powerOff: 5
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }
}

/// A stage with the time that it took on the host's clock.
public struct StageTiming: Hashable, Sendable {
    public let stage: BootStage

    /// When the stage began, counted from the start of the machine.
    public let began: Duration

    /// When it ended; for a stage that never did, when the machine was stopped.
    public let ended: Duration

    public var duration: Duration { ended - began }

    public init(stage: BootStage, began: Duration, ended: Duration) {
        self.stage = stage
        self.began = began
        self.ended = ended
    }
}
