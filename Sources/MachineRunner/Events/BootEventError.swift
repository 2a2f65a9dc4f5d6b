/// Why a machine-readable line is not the event that it claims to be, or not one that may come now.
public enum BootEventError: Error, Hashable, Sendable {
    /// The line was longer than the reader keeps.
    case lineTooLong(limit: Int)

    /// The line is no JSON object, or holds a number that does not fit its key: Foundation does not tell these apart.
    case notJSON

    /// The speaker uses another version of the protocol.
    case unsupportedVersion(UInt64)

    /// No such event is known of this source.
    case unknownEvent(source: String, event: String)

    /// A key that the event must have is missing.
    case missing(key: String, event: String)

    /// A key's value has the wrong type or form.
    case invalid(key: String, event: String, reason: String)

    /// The event may not come at this stage of the boot.
    case unexpected(event: BootEvent.Name, stage: BootStage)

    /// The event of the Guard's came a second time, or when it may not come.
    case unexpectedOfGuard(event: String)

    /// The event comes once in a boot, and came again.
    case repeated(event: BootEvent.Name)

    /// The size that the kernel announced for its memory map is none that a firmware has.
    case mapSizeRefused(byteCount: UInt64, limit: UInt64)

    /// A piece of the raw map does not begin where the one before it ended.
    case mapChunkMisplaced(offset: UInt64, expected: UInt64)

    /// A piece of the raw map passes the announced end.
    case mapChunkTooLong(end: UInt64, byteCount: UInt64)

    /// A piece of the raw map holds something else than pairs of hexadecimal digits.
    case mapChunkNotHexadecimal(offset: UInt64)

    /// More events came than any boot has.
    case tooManyEvents(limit: Int)
}

extension BootEventError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lineTooLong(let limit): "the line is longer than \(limit) bytes"
        case .notJSON: "the line is no JSON object, or a number in it does not fit"
        case .unsupportedVersion(let version):
            "it speaks version \(version) of the protocol where 1 is understood: run 'make images' to build images that fit"
        case .unknownEvent(let source, let event): "no event '\(event)' of '\(source)' is known"
        case .missing(let key, let event): "\(event): '\(key)' is missing"
        case .invalid(let key, let event, let reason): "\(event): '\(key)' is not valid (\(reason))"
        case .unexpected(let event, let stage): "\(event) does not belong to the stage '\(stage.title)'"
        case .unexpectedOfGuard(let event): "guard \(event) came a second time, or too late"
        case .repeated(let event): "\(event) came a second time"
        case .mapSizeRefused(let byteCount, let limit): "a memory map of \(byteCount) bytes is refused, \(limit) are allowed"
        case .mapChunkMisplaced(let offset, let expected): "mapData at offset \(offset) where \(expected) was expected"
        case .mapChunkTooLong(let end, let byteCount): "mapData up to byte \(end) of a map of \(byteCount) bytes"
        case .mapChunkNotHexadecimal(let offset): "mapData at offset \(offset) holds no pairs of hexadecimal digits"
        case .tooManyEvents(let limit): "more than \(limit) events"
        }
    }
}
