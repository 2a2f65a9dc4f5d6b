import MemoryMap

/// The kinds of memory that a picture or a legend tells apart: few enough that a colour each can be seen.
public enum MemoryCategory: UInt8, Hashable, Sendable, CaseIterable {
    /// Conventional memory.
    case usable

    /// The boot loader's code and data.
    case loader

    /// Boot services code and data.
    case bootServices

    /// Runtime services code and data.
    case runtimeServices

    /// ACPI tables and the firmware's ACPI memory.
    case acpi

    /// Reserved address space and PAL code.
    case reserved

    /// Memory-mapped I/O and port space.
    case memoryMappedIO

    case persistent

    /// Conventional memory that firmware keeps for a purpose of its own (`EFI_MEMORY_SP`), which Linux calls soft reserved.
    case softReserved

    case unaccepted
    case unusable

    /// OEM, operating system and unknown types.
    case other

    /// Addresses that no region describes.
    case hole

    /// The category of a type.
    public init(_ type: MemoryType) {
        self =
            switch type {
            case .conventional: .usable
            case .loaderCode, .loaderData: .loader
            case .bootServicesCode, .bootServicesData: .bootServices
            case .runtimeServicesCode, .runtimeServicesData: .runtimeServices
            case .acpiReclaim, .acpiNVS: .acpi
            case .reserved, .palCode: .reserved
            case .memoryMappedIO, .memoryMappedIOPortSpace: .memoryMappedIO
            case .persistent: .persistent
            case .unaccepted: .unaccepted
            case .unusable: .unusable
            default: .other
            }
    }

    /// The category of memory of a type that has these attributes.
    public init(_ type: MemoryType, _ attributes: MemoryAttributes) {
        self = type == .conventional && attributes.contains(.specificPurpose) ? .softReserved : MemoryCategory(type)
    }

    /// The category of a region.
    public init(_ region: MemoryRegion) { self.init(region.type, region.attributes) }

    /// The words of a legend, at most 16 characters.
    public var label: StaticString {
        switch self {
        case .usable: "Usable"
        case .loader: "Loader"
        case .bootServices: "Boot services"
        case .runtimeServices: "Runtime services"
        case .acpi: "ACPI"
        case .reserved: "Reserved"
        case .memoryMappedIO: "MMIO"
        case .persistent: "Persistent"
        case .softReserved: "Soft reserved"
        case .unaccepted: "Unaccepted"
        case .unusable: "Unusable"
        case .other: "Other"
        case .hole: "Not described"
        }
    }

    /// An ASCII character for displays without colour.
    public var symbol: UInt8 {
        switch self {
        case .usable: UInt8(ascii: "u")
        case .loader: UInt8(ascii: "L")
        case .bootServices: UInt8(ascii: "b")
        case .runtimeServices: UInt8(ascii: "R")
        case .acpi: UInt8(ascii: "A")
        case .reserved: UInt8(ascii: "x")
        case .memoryMappedIO: UInt8(ascii: "M")
        case .persistent: UInt8(ascii: "P")
        case .softReserved: UInt8(ascii: "s")
        case .unaccepted: UInt8(ascii: "?")
        case .unusable: UInt8(ascii: "!")
        case .other: UInt8(ascii: "o")
        case .hole: UInt8(ascii: ".")
        }
    }
}
