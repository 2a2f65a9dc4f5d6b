/// What a region of a UEFI memory map is used for: any 32-bit number, those of the specification by name.
///
/// UEFI 2.10, section 7.2.1, `EFI_MEMORY_TYPE`; 15 (unaccepted) since 2.9.
public struct MemoryType: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension MemoryType {
    /// Not to be used by anyone; often no memory at all.
    public static let reserved = MemoryType(0)

    /// The code of UEFI applications, the boot loader among them.
    public static let loaderCode = MemoryType(1)

    /// The data of UEFI applications, and what they allocated.
    public static let loaderData = MemoryType(2)

    /// The code of boot services drivers.
    public static let bootServicesCode = MemoryType(3)

    /// The data of boot services drivers; the default of pool allocations.
    public static let bootServicesData = MemoryType(4)

    /// The code of runtime services drivers, which stays after boot services are gone.
    public static let runtimeServicesCode = MemoryType(5)

    /// The data of runtime services drivers, which stays after boot services are gone.
    public static let runtimeServicesData = MemoryType(6)

    /// Free memory.
    public static let conventional = MemoryType(7)

    /// Memory in which errors were found.
    public static let unusable = MemoryType(8)

    /// ACPI tables: free once the operating system has read them.
    public static let acpiReclaim = MemoryType(9)

    /// Memory that the firmware's ACPI code keeps for itself.
    public static let acpiNVS = MemoryType(10)

    /// Device registers that the firmware's runtime services reach.
    public static let memoryMappedIO = MemoryType(11)

    /// The window that turns memory accesses into port accesses (Itanium).
    public static let memoryMappedIOPortSpace = MemoryType(12)

    /// Address space of the processor's own code (Itanium).
    public static let palCode = MemoryType(13)

    /// Memory like conventional memory that also keeps its contents without power.
    public static let persistent = MemoryType(14)

    /// Memory that a confidential guest must accept before the first access.
    public static let unaccepted = MemoryType(15)
}

extension MemoryType {
    /// Who defines the meaning of a type's number.
    public enum Kind: Hashable, Sendable {
        /// 0 to 15: the specification.
        case standard

        /// 16 to 0x6FFFFFFF: nobody yet; the specification keeps them for itself.
        case reservedBySpecification

        /// 0x70000000 to 0x7FFFFFFF: the maker of the machine.
        case oem

        /// 0x80000000 and up: the boot loader of an operating system.
        case operatingSystem
    }

    @inlinable
    public var kind: Kind {
        switch rawValue {
        case 0...15: .standard
        case 16..<0x7000_0000: .reservedBySpecification
        case 0x7000_0000..<0x8000_0000: .oem
        default: .operatingSystem
        }
    }

    /// Whether the type's name says everything, or its number should be printed too.
    @inlinable
    public var hasOwnName: Bool { kind == .standard }

    /// Runtime services code or data.
    @inlinable
    public var isRuntimeServices: Bool { self == .runtimeServicesCode || self == .runtimeServicesData }

    /// Device registers or the port space: addresses behind which no memory lies.
    @inlinable
    public var isMemoryMappedIO: Bool { self == .memoryMappedIO || self == .memoryMappedIOPortSpace }

    /// Whether a region of this type is counted as RAM that the map describes.
    ///
    /// Counted are the types that lie in memory by their definition:
    /// - loader, boot services, runtime services, conventional and both ACPI types;
    /// - persistent, which the specification defines as memory that operates as conventional memory does;
    /// - unaccepted, which is a guest's RAM before it took possession of it;
    /// - the OEM and operating system types, which a region gets only when someone allocates memory under them.
    ///
    /// Not counted, as no total may promise memory that is not there:
    /// - reserved, memory-mapped I/O and port space, which are address space;
    /// - PAL code, which is address space that the processor keeps;
    /// - unusable, which was RAM until it failed, and which some firmware puts over address space to keep others away;
    /// - the numbers that the specification keeps for itself.
    @inlinable
    public var isRAM: Bool {
        switch self {
        case .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .runtimeServicesCode, .runtimeServicesData,
            .conventional, .acpiReclaim, .acpiNVS, .persistent, .unaccepted:
            true
        default:
            kind == .oem || kind == .operatingSystem
        }
    }
}
