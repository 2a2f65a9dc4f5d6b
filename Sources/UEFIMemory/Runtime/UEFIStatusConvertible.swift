/// An error that has an `EFI_STATUS`: what a service returns for it on a 64-bit machine.
///
/// UEFI 2.10, appendix D.
public protocol UEFIStatusConvertible: Error {
    /// The status, with bit 63 set as all errors have it.
    var uefiStatus: UInt64 { get }
}

extension UEFIStatusConvertible {
    // The codes of the errors that the services here return.
    static var invalidParameterStatus: UInt64 { 1 << 63 | 2 }
    static var unsupportedStatus: UInt64 { 1 << 63 | 3 }
    static var outOfResourcesStatus: UInt64 { 1 << 63 | 9 }
    static var notFoundStatus: UInt64 { 1 << 63 | 14 }
    static var accessDeniedStatus: UInt64 { 1 << 63 | 15 }
    static var noMappingStatus: UInt64 { 1 << 63 | 17 }
}

extension SetVirtualAddressMapError: UEFIStatusConvertible {
    public var uefiStatus: UInt64 {
        switch self {
        case .unsupported: Self.unsupportedStatus
        case .invalidParameter: Self.invalidParameterStatus
        case .noMapping: Self.noMappingStatus
        case .notFound: Self.notFoundStatus
        }
    }
}

extension ConvertPointerError: UEFIStatusConvertible {
    public var uefiStatus: UInt64 {
        switch self {
        case .invalidParameter: Self.invalidParameterStatus
        case .notFound: Self.notFoundStatus
        }
    }
}

extension ExitBootServicesError: UEFIStatusConvertible {
    public var uefiStatus: UInt64 {
        switch self {
        case .invalidParameter: Self.invalidParameterStatus
        case .unsupported: Self.unsupportedStatus
        }
    }
}

extension EventError: UEFIStatusConvertible {
    public var uefiStatus: UInt64 {
        switch self {
        case .invalidParameter: Self.invalidParameterStatus
        case .outOfResources: Self.outOfResourcesStatus
        }
    }
}

extension MemoryAttributeError: UEFIStatusConvertible {
    public var uefiStatus: UInt64 {
        switch self {
        case .invalidParameter: Self.invalidParameterStatus
        case .noMapping: Self.noMappingStatus
        case .unsupported: Self.unsupportedStatus
        case .outOfResources: Self.outOfResourcesStatus
        case .accessDenied: Self.accessDeniedStatus
        }
    }
}
