import MemoryMap

/// What a grammar made of a line.
struct RowDraft {
    var kind = MapKind.linuxE820
    var row = MapRow(start: 0, last: 0)

    /// Which of a source's maps the row belongs to: "BIOS-e820", "user", "memory"; empty where there is only one.
    var label: StaticString = ""

    /// Which of a source's listings the row belongs to, where the source numbers them from 1 up; 0 where it does not.
    var listing: UInt32 = 0

    /// Where in the line the source's word for the type stands.
    var word = 0..<0

    /// How the source printed the end.
    var convention = EndConvention.inclusive
}

/// What a line is.
enum LineReading {
    /// Nothing that belongs to a memory map.
    case nothing

    /// A row, which is in the draft.
    case row

    /// The start of a row that goes on in the next line; the draft has what is known, if `isUsable`.
    case incomplete(isUsable: Bool)

    /// A line before a map's rows.
    case header(MapHeader)

    /// Something that other rows are checked against.
    case fact(MapFact.Kind, PhysicalRange)

    /// Several of them.
    case facts([(MapFact.Kind, PhysicalRange)])

    /// A total that the source printed of its own map, in bytes.
    case total(UInt64)
}

/// The lines that say what follows.
enum MapHeader {
    /// Another boot of the machine begins.
    case boot

    /// A new map of the kind begins.
    case map(MapKind)

    /// What was read as `MapKind` is over: lines are no longer read by their place in a table.
    case table(MapKind)
}

/// An address range that a log mentions beside its memory maps, and that they are checked against.
public struct MapFact: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// PCI configuration space (MMCONFIG, ECAM).
        case configurationSpace

        /// A region that the firmware reserved for a device's DMA (DMAR RMRR).
        case reservedMemoryRegion

        /// A window through which a PCI host bridge reaches its devices.
        case hostBridgeWindow

        /// The EFI system resource table, by its first byte, as are the following ones.
        case systemResourceTable

        /// A log of the TPM's measurements.
        case measurementLog

        /// The table of the machine owner's keys.
        case ownerKeys

        /// The memory attributes table.
        case memoryAttributesTable

        /// The table that says where the initial RAM disk lies.
        case initialRAMDisk

        /// A table of ACPI but the root pointer and the next one.
        case acpiTable

        /// The table of ACPI that says where the boot picture lies.
        case bootGraphics

        /// Addresses that the memory type range registers, or their default, make write-back.
        case writeBackMTRR

        /// Addresses that they make uncachable, whatever others make them.
        case uncachableMTRR

        /// The word for it in documents.
        public var name: StaticString {
            switch self {
            case .configurationSpace: "pci-configuration-space"
            case .reservedMemoryRegion: "rmrr"
            case .hostBridgeWindow: "host-bridge-window"
            case .systemResourceTable: "esrt"
            case .measurementLog: "tpm-log"
            case .ownerKeys: "mok-variables"
            case .memoryAttributesTable: "memory-attributes-table"
            case .initialRAMDisk: "initrd-table"
            case .acpiTable: "acpi-table"
            case .bootGraphics: "bgrt"
            case .writeBackMTRR: "write-back-mtrr"
            case .uncachableMTRR: "uncachable-mtrr"
            }
        }
    }

    public var kind: Kind
    public var range: PhysicalRange

    /// The line, from 1 up.
    public var line: UInt32

    /// The boot of the machine in which it was printed, from 0 up.
    public var boot: Int
}
