public import UEFIStatus

/// An error that has an `EFI_STATUS`: what a service returns for it.
///
/// UEFI 2.10, appendix D.
public protocol UEFIStatusConvertible: Error {
    /// The status, an error always.
    var uefiStatus: EFIStatus { get }
}

extension SetVirtualAddressMapError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .unsupported: .unsupported
        case .invalidParameter: .invalidParameter
        case .noMapping: .noMapping
        case .notFound: .notFound
        }
    }
}

extension ConvertPointerError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .invalidParameter: .invalidParameter
        case .notFound: .notFound
        }
    }
}

extension ExitBootServicesError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .invalidParameter: .invalidParameter
        case .unsupported: .unsupported
        }
    }
}

extension EventError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .invalidParameter: .invalidParameter
        case .outOfResources: .outOfResources
        }
    }
}

extension MemoryAttributeError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .invalidParameter: .invalidParameter
        case .noMapping: .noMapping
        case .unsupported: .unsupported
        case .outOfResources: .outOfResources
        case .accessDenied: .accessDenied
        }
    }
}

extension MemoryServiceError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .invalidParameter: .invalidParameter
        case .notFound: .notFound
        case .outOfResources: .outOfResources
        case .unsupported: .unsupported
        }
    }
}

extension MemoryMapReadingError: UEFIStatusConvertible {
    public var uefiStatus: EFIStatus {
        switch self {
        case .bufferTooSmall: .bufferTooSmall
        case .unsupported: .unsupported
        }
    }
}
