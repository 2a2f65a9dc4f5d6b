/// An `EFI_STATUS` of the 64-bit architectures: bit 63 marks an error.
///
/// UEFI 2.10, appendix D.
public struct UEFIStatus: RawRepresentable, Error, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    private static func error(_ code: UInt64) -> UEFIStatus { UEFIStatus(rawValue: 1 << 63 | code) }

    public static let success = UEFIStatus(rawValue: 0)
    public static let invalidParameter = error(2)
    public static let unsupported = error(3)
    public static let bufferTooSmall = error(5)
    public static let deviceError = error(7)
    public static let outOfResources = error(9)
    public static let notFound = error(14)
    public static let securityViolation = error(26)

    public var isError: Bool { rawValue >> 63 == 1 }

    /// The specification's name without the prefix, or "unknown status" for one that this table lacks.
    public var name: StaticString {
        switch rawValue & ~(1 << 63) {
        case 0: "SUCCESS"
        case 1: "LOAD_ERROR"
        case 2: "INVALID_PARAMETER"
        case 3: "UNSUPPORTED"
        case 4: "BAD_BUFFER_SIZE"
        case 5: "BUFFER_TOO_SMALL"
        case 6: "NOT_READY"
        case 7: "DEVICE_ERROR"
        case 8: "WRITE_PROTECTED"
        case 9: "OUT_OF_RESOURCES"
        case 10: "VOLUME_CORRUPTED"
        case 11: "VOLUME_FULL"
        case 12: "NO_MEDIA"
        case 13: "MEDIA_CHANGED"
        case 14: "NOT_FOUND"
        case 15: "ACCESS_DENIED"
        case 17: "NO_MAPPING"
        case 18: "TIMEOUT"
        case 21: "ABORTED"
        case 26: "SECURITY_VIOLATION"
        case 27: "CRC_ERROR"
        default: "unknown status"
        }
    }

    /// Throws this status where it is an error.
    func check() throws(UEFIStatus) {
        if isError { throw self }
    }
}
