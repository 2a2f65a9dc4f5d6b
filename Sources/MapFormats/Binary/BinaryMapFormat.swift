/// The binary forms of memory maps.
public enum BinaryMapFormat: UInt8, Hashable, Sendable, CaseIterable {
    /// UEFI memory descriptors, one after the other; also behind the header of FreeBSD's loader.
    case efiDescriptors

    /// The UEFI memory attributes table.
    case memoryAttributesTable

    /// Entries of the BIOS's map: 20 bytes, or 24 with the extended attributes of ACPI 3.0.
    case e820Table

    /// Linux's boot parameters ("zero page"), which hold the BIOS's map.
    case bootParameters

    case multiboot1
    case multiboot2

    /// A flattened device tree.
    case deviceTree

    /// A minidump's list of memory regions.
    case minidump

    /// Limine's entries, or stivale2's tag.
    case limine

    /// coreboot's table.
    case coreboot

    /// The name by which commands call it.
    public var name: StaticString {
        switch self {
        case .efiDescriptors: "efi-descriptors"
        case .memoryAttributesTable: "memory-attributes-table"
        case .e820Table: "e820-table"
        case .bootParameters: "linux-boot-params"
        case .multiboot1: "multiboot1"
        case .multiboot2: "multiboot2"
        case .deviceTree: "device-tree"
        case .minidump: "minidump"
        case .limine: "limine-entries"
        case .coreboot: "coreboot-table"
        }
    }
}

/// Why bytes cannot be read as a binary memory map. Offsets count from the first byte.
public enum BinaryMapError: Error, Hashable, Sendable {
    /// No form fits the bytes.
    case notRecognized

    /// The form's signature is not there.
    case signature(offset: Int)

    /// Something that begins at the offset reaches past the end.
    case truncated(offset: Int)

    /// A size, count or offset in the data cannot be.
    case malformed(offset: Int)

    /// Descriptors of this size cannot be: a multiple of 4 from 40 to 4,096, and one that divides the bytes.
    case descriptorSize(Int)

    /// There are more rows than ``BinaryMapReader/rowLimit``.
    case tooManyRows

    /// The form is fine but lists no memory.
    case empty

    /// One line for people.
    public var explanation: String {
        switch self {
        case .notRecognized: "these bytes are no text and none of the binary memory maps that are known; --format names one"
        case .signature(let offset): "the signature at byte \(offset) is another one"
        case .truncated(let offset): "what begins at byte \(offset) reaches past the end"
        case .malformed(let offset): "the number at byte \(offset) cannot be"
        case .descriptorSize(let size): "descriptors of \(size) bytes do not fit: expected a multiple of 4 from 40 to 4096"
        case .tooManyRows: "there are more than \(BinaryMapReader.rowLimit) rows"
        case .empty: "no memory is listed"
        }
    }
}
