import MemoryMap

/// Who says something on the serial line.
public enum EventSource: UInt8, Hashable, Sendable {
    case loader
    case kernel

    /// The UEFI application that puts Strata's memory services under other programs.
    case `guard`

    /// A program on the host that computes the same figures.
    case tool

    public var name: StaticString {
        switch self {
        case .loader: "loader"
        case .kernel: "kernel"
        case .guard: "guard"
        case .tool: "tool"
        }
    }
}

/// The numbers of the protocol that loader, kernel and tools share.
public enum EventProtocol {
    /// The version that the events follow, in their first member.
    public static let version: UInt64 = 1

    /// The most bytes of a raw table that one `mapData` event carries: 1024 hexadecimal digits.
    public static let mapDataByteCount = 512
}

extension TextSink where Self: ~Copyable {
    /// Writes an event without members of its own.
    public mutating func writeEvent(_ event: StaticString, from source: EventSource) {
        writeEvent(event, from: source) { _ in }
    }

    /// Writes an event, a line that starts with `{"strata":1,`; `content` writes its members.
    public mutating func writeEvent(
        _ event: StaticString, from source: EventSource, _ content: (inout JSONLineWriter<Self>) -> Void
    ) {
        writeJSONLine { line in
            line.number("strata", EventProtocol.version)
            line.string("source", source.name)
            line.string("event", event)
            content(&line)
        }
    }
}
