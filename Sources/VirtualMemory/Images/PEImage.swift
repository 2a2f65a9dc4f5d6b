/// What the headers of an executable image say: where it wants to be, of which parts it is made and what may be done with them.
///
/// Everything in it has been checked against the file that it came from. Microsoft Portable Executable and Common Object File
/// Format Specification, sections 3 and 4.
public struct PEImage: Hashable, Sendable {
    /// A stretch of the image with one protection.
    public struct Part: Hashable, Sendable {
        /// Where it begins in the image, in bytes; a multiple of the section alignment.
        public let start: UInt64

        /// Its size in memory in bytes, not rounded.
        public let byteCount: UInt64

        /// Where its contents are in the file, in bytes.
        public let fileOffset: UInt64

        /// How much of it is in the file, in bytes; the rest is zeros.
        public let fileByteCount: UInt64

        /// What its pages begin with: copies on write where it is writable, unless it is shared.
        public let protection: PageProtection
    }

    /// The processor: `IMAGE_FILE_MACHINE_*`.
    public let machine: UInt16

    /// Whether addresses in the image have 64 bits: PE32+.
    public let is64Bit: Bool

    /// Where it is linked for.
    public let preferredBase: UInt64

    /// Its size in memory in bytes.
    public let imageSize: UInt64

    /// The size of the headers in bytes.
    public let headerSize: UInt64

    /// What the parts' beginnings are multiples of, in bytes.
    public let sectionAlignment: UInt64

    /// Where execution begins, from the beginning of the image on; 0 for none.
    public let entryPoint: UInt64

    /// What the file header says of the program: IMAGE_FILE_HEADER.
    public let characteristics: Characteristics

    /// What the optional header says of how to load it: DllCharacteristics.
    public let libraryCharacteristics: LibraryCharacteristics

    /// The headers and the sections, in the order of their addresses.
    public let parts: [Part]

    /// Where in the image the base relocations are, in bytes; empty for none.
    public let relocations: Range<UInt64>

    /// The characteristics of the file header.
    public struct Characteristics: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16

        @inlinable
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Can only be where it is linked for.
        public static let relocationsStripped = Characteristics(rawValue: 0x1)

        /// Can use addresses above 2 GB.
        public static let largeAddressAware = Characteristics(rawValue: 0x20)

        /// To be copied to the paging file when it runs from a removable medium: `/SWAPRUN:CD`.
        public static let swapRunRemovable = Characteristics(rawValue: 0x400)

        /// To be copied to the paging file when it runs from the network: `/SWAPRUN:NET`.
        public static let swapRunNetwork = Characteristics(rawValue: 0x800)

        /// A library.
        public static let library = Characteristics(rawValue: 0x2000)
    }

    /// The `DllCharacteristics` of the optional header, which programs have as well.
    public struct LibraryCharacteristics: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16

        @inlinable
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Can use the whole 64-bit address space for its random base.
        public static let highEntropy = LibraryCharacteristics(rawValue: 0x20)

        /// Can be anywhere.
        public static let dynamicBase = LibraryCharacteristics(rawValue: 0x40)

        /// Executes no data.
        public static let preventsDataExecution = LibraryCharacteristics(rawValue: 0x100)
    }

    /// Whether a process with this program has addresses above 2 GB.
    public var isLargeAddressAware: Bool { characteristics.contains(.largeAddressAware) }

    /// Whether it can be elsewhere than at its preferred base.
    public var isRelocatable: Bool {
        !characteristics.contains(.relocationsStripped) && (!relocations.isEmpty || libraryCharacteristics.contains(.dynamicBase))
    }
}
