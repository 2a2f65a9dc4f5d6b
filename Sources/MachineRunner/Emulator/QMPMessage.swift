#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What QEMU says on its machine protocol (QMP), as far as the runner needs it.
enum QMPMessage: Hashable, Sendable {
    /// The first message; commands are taken from now on.
    case greeting

    /// The answer to the command with the number `id`.
    case result(id: Int?)

    /// The refusal of the command with the number `id`, in QEMU's words.
    case error(id: Int?, description: String)

    /// The guest stopped the machine, or QEMU did.
    case shutdown(reason: String)

    case panicked

    /// Another event.
    case other(String)

    private struct Wire: Decodable {
        struct Failure: Decodable { var desc: String }
        struct Details: Decodable { var reason: String? }

        var QMP: Ignored?
        var event: String?
        var data: Details?
        var error: Failure?
        var id: Int?
        var `return`: Ignored?
    }

    /// Present, whatever it is.
    private struct Ignored: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// Reads a line, or nil where it is no QMP message.
    init?(line: String) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(line.utf8)) else { return nil }
        if wire.QMP != nil {
            self = .greeting
        } else if let event = wire.event {
            switch event {
            case "SHUTDOWN": self = .shutdown(reason: wire.data?.reason ?? "unknown")
            case "GUEST_PANICKED": self = .panicked
            default: self = .other(event)
            }
        } else if let error = wire.error {
            self = .error(id: wire.id, description: error.desc)
        } else if wire.return != nil {
            self = .result(id: wire.id)
        } else {
            return nil
        }
    }
}

/// A command of QEMU's machine protocol.
enum QMPCommand: Hashable, Sendable {
    case negotiate
    case screenDump(path: String)
    case quit
    case proceed

    static let screenDumpIdentifier = 2

    /// The number under which the answer comes.
    var id: Int {
        switch self {
        case .negotiate: 1
        case .screenDump: Self.screenDumpIdentifier
        case .quit: 3
        case .proceed: 4
        }
    }

    private struct Wire: Encodable {
        var execute: String
        var arguments: [String: String]?
        var id: Int
    }

    /// The command's line.
    func encoded() -> [UInt8] {
        let wire =
            switch self {
            case .negotiate: Wire(execute: "qmp_capabilities", id: id)
            case .screenDump(let path):
                Wire(execute: "screendump", arguments: ["filename": path, "format": "png"], id: id)
            case .quit: Wire(execute: "quit", id: id)
            case .proceed: Wire(execute: "cont", id: id)
            }
        // Strings and a number: there is nothing here that JSON could not express.
        let json = (try? JSONEncoder().encode(wire)) ?? Data()
        return Array(json) + [UInt8(ascii: "\n")]
    }
}
