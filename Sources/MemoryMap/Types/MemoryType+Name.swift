extension MemoryType {
    /// The type's name of at most 19 characters, without the specification's prefix.
    ///
    /// A type without a name of its own (see ``hasOwnName``) has that of its class, and its number belongs beside it.
    public var name: StaticString {
        switch self {
        case .reserved: "Reserved"
        case .loaderCode: "LoaderCode"
        case .loaderData: "LoaderData"
        case .bootServicesCode: "BootServicesCode"
        case .bootServicesData: "BootServicesData"
        case .runtimeServicesCode: "RuntimeServicesCode"
        case .runtimeServicesData: "RuntimeServicesData"
        case .conventional: "Conventional"
        case .unusable: "Unusable"
        case .acpiReclaim: "ACPIReclaim"
        case .acpiNVS: "ACPINVS"
        case .memoryMappedIO: "MMIO"
        case .memoryMappedIOPortSpace: "MMIOPortSpace"
        case .palCode: "PALCode"
        case .persistent: "Persistent"
        case .unaccepted: "Unaccepted"
        default:
            switch kind {
            case .oem: "OEM"
            case .operatingSystem: "OS"
            case .standard, .reservedBySpecification: "Unknown"
            }
        }
    }
}
