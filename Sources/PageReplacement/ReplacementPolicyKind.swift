/// The policies by name.
public enum ReplacementPolicyKind: CaseIterable, Equatable, Sendable {
    case workingSet
    case fifo
    case lru
    case clock
    case wsClock
    case twoQueue
    case arc
    case lirs
    case s3FIFO
    case sieve
    case optimal

    /// The name that people write.
    public var name: StaticString {
        switch self {
        case .workingSet: "working-set"
        case .fifo: "FIFO"
        case .lru: "LRU"
        case .clock: "Clock"
        case .wsClock: "WSClock"
        case .twoQueue: "2Q"
        case .arc: "ARC"
        case .lirs: "LIRS"
        case .s3FIFO: "S3-FIFO"
        case .sieve: "SIEVE"
        case .optimal: "OPT"
        }
    }
}
