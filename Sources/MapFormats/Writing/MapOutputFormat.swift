/// The forms in which a map can be written.
public enum MapOutputFormat: UInt8, Hashable, Sendable, CaseIterable {
    /// Strata's own, an object a line; holds everything that is known of a row.
    case json

    /// Strata's own, as comma-separated values; holds everything, too.
    case csv

    /// Linux's log of the BIOS's map, the ends inclusive.
    case e820

    /// Linux's log of the UEFI map on x86, the ends inclusive.
    case efi

    /// Linux's log of the UEFI map on machines with a device tree.
    case efiByAddress

    /// `/proc/iomem`.
    case iomem

    /// `/sys/firmware/memmap`, as the kernel's documentation prints it: the ends exclusive.
    case firmwareMemmap

    /// The UEFI Shell's `memmap`, with its totals.
    case shell

    /// The file that small boot loaders write.
    case descriptorCSV

    /// UEFI memory descriptors, binary.
    case efiDescriptors

    /// Entries of the BIOS's map of 20 bytes, binary.
    case e820Table

    /// The name by which commands call it.
    public var name: StaticString {
        switch self {
        case .json: "json"
        case .csv: "csv"
        case .e820: "linux-e820"
        case .efi: "linux-efi"
        case .efiByAddress: "linux-efi-arm"
        case .iomem: "linux-iomem"
        case .firmwareMemmap: "linux-firmware-memmap"
        case .shell: "uefi-shell"
        case .descriptorCSV: "descriptor-csv"
        case .efiDescriptors: "efi-descriptors"
        case .e820Table: "e820-table"
        }
    }

    /// Whether the form is bytes that are no text.
    public var isBinary: Bool { self == .efiDescriptors || self == .e820Table }

    /// Whether its rows are whole pages with the types of UEFI.
    public var isUEFI: Bool {
        switch self {
        case .efi, .efiByAddress, .shell, .descriptorCSV, .efiDescriptors: true
        default: false
        }
    }
}

/// Why a map cannot be written in a form. Lines are those of the rows in their source.
public enum MapWriteError: Error, Hashable, Sendable {
    /// A row has no range that could be written.
    case defectiveRow(line: UInt32, defect: MapRow.Defect)

    /// The form has whole pages, and a row does not.
    case notWholePages(line: UInt32)

    /// The form has no word for a row's type.
    case typeNotExpressible(line: UInt32, type: UInt32)

    /// The form's lengths or ends have 64 bits, and a row ends at 2^64.
    case endNotExpressible(line: UInt32)

    /// The form has descriptors of another size: a multiple of 8 from 40 to 4,096.
    case descriptorSize(Int)

    /// One line for people.
    public var explanation: String {
        switch self {
        case .defectiveRow(let line, let defect):
            switch defect {
            case .empty: "the row in line \(line) describes no bytes"
            case .wraps: "the row in line \(line) reaches past 2^64"
            case .reversed: "the row in line \(line) ends below its start"
            case .none: "the row in line \(line) cannot be written"
            }
        case .notWholePages(let line): "the row in line \(line) is no whole number of 4 KiB pages, which the form counts in"
        case .typeNotExpressible(let line, let type): "the form has no word for type 0x\(String(type, radix: 16)) in line \(line)"
        case .endNotExpressible(let line): "the row in line \(line) ends at 2^64, which the form cannot express"
        case .descriptorSize(let size): "a descriptor of \(size) bytes: expected a multiple of 8 from 40 to 4096"
        }
    }
}
