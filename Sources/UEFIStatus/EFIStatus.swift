/// An `EFI_STATUS` of the 64-bit architectures: bit 63 marks an error.
///
/// UEFI 2.10, appendix D.
public struct EFIStatus: RawRepresentable, Error, Hashable, Sendable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The error with this number.
    private init(error: UInt64) { rawValue = 1 << 63 | error }

    public static let success = EFIStatus(rawValue: 0)
    public static let invalidParameter = EFIStatus(error: 2)
    public static let unsupported = EFIStatus(error: 3)
    public static let bufferTooSmall = EFIStatus(error: 5)
    public static let deviceError = EFIStatus(error: 7)
    public static let outOfResources = EFIStatus(error: 9)
    public static let notFound = EFIStatus(error: 14)
    public static let accessDenied = EFIStatus(error: 15)
    public static let noMapping = EFIStatus(error: 17)
    public static let securityViolation = EFIStatus(error: 26)

    /// Whether it is an error; warnings and success are none.
    @inlinable
    public var isError: Bool { rawValue >> 63 == 1 }

    /// The specification's name without the prefix, or "unknown status" for one that this table lacks, as all warnings.
    public var name: StaticString {
        guard isError else { return self == .success ? "SUCCESS" : "unknown status" }
        return switch rawValue & ~(1 << 63) {
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

    /// Goes on where this is no error.
    ///
    /// - Throws: This status where it is one.
    public func check() throws(EFIStatus) {
        if isError { throw self }
    }
}
