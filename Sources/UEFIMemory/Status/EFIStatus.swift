/// An `EFI_STATUS` of a 64-bit machine: bit 63 marks an error.
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
    public static let outOfResources = EFIStatus(error: 9)
    public static let notFound = EFIStatus(error: 14)
    public static let accessDenied = EFIStatus(error: 15)
    public static let noMapping = EFIStatus(error: 17)

    @inlinable
    public var isError: Bool { rawValue >> 63 == 1 }
}
