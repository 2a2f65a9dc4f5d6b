/// A section of a PE image.
public struct PESection {
    /// The name: at most 8 ASCII characters.
    public var name: StaticString

    /// The address of the first byte, relative to the image base.
    public var address: UInt32

    /// The size in memory in bytes; what `contents` does not fill is zero.
    public var byteCount: UInt32

    public var contents: [UInt8]

    public var permissions: SegmentPermissions

    /// Whether the firmware may forget the section after it relocated the image.
    public var isDiscardable = false

    public init(
        name: StaticString, address: UInt32, byteCount: UInt32, contents: [UInt8], permissions: SegmentPermissions,
        isDiscardable: Bool = false
    ) {
        self.name = name
        self.address = address
        self.byteCount = byteCount
        self.contents = contents
        self.permissions = permissions
        self.isDiscardable = isDiscardable
    }

    /// The `Characteristics` of the section header.
    var characteristics: UInt32 {
        var value: UInt32 = isDiscardable ? 0x0200_0000 : 0
        if permissions.contains(.execute) { value |= 0x2000_0020 }
        if permissions.contains(.read) { value |= 0x4000_0000 }
        if permissions.contains(.write) { value |= 0x8000_0000 }
        if !permissions.contains(.execute) { value |= contents.isEmpty ? 0x80 : 0x40 }
        return value
    }
}

/// The processor that a PE image is for.
public enum PEMachine: UInt16, Sendable {
    case x86_64 = 0x8664
    case aarch64 = 0xAA64
}

/// What the firmware takes a PE image for.
public enum PESubsystem: UInt16, Sendable {
    /// Unloaded when it returns.
    case application = 10

    /// Stays until the exit of boot services.
    case bootServiceDriver = 11

    /// Stays for the operating system, in memory of its own kind.
    case runtimeDriver = 12
}

/// Why no PE image could be written; addresses are relative to the image base.
public enum PEImageError: Error, Hashable, Sendable {
    /// The section is empty, not aligned, not above the one before it, or has more contents than memory.
    case badSection(address: UInt32)

    /// The headers do not fit below the first section.
    case tooManySections(count: Int)

    /// The image would pass 1 GiB.
    case tooLarge(byteCount: UInt64)

    /// A segment is aligned to more than 16 MiB.
    case alignmentTooLarge(UInt64)

    /// The relocated 8 bytes are not all inside the contents of one section.
    case relocationOutsideContents(address: UInt32)

    /// The word at the address overlaps another relocated word.
    case overlappingRelocations(address: UInt32)

    /// The entry point is not inside the contents of an executable section.
    case entryOutsideCode(address: UInt32)

    /// Two segments with different permissions share `sectionAlignment` bytes from the linked address `page` on.
    case sharedPage(page: UInt64, sectionAlignment: UInt64)

    /// The ELF image cannot be moved, and firmware moves images.
    case fixedAddress

    /// The relocation at the linked address `offset` refers to `addend`, which is no address of the image.
    case relocationOutsideImage(offset: UInt64, addend: UInt64)
}
