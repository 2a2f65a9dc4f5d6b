public import MemoryMap

/// A piece of a guest's memory at the moment its processor starts: an address and the bytes that lie there.
public struct GuestSegment: Sendable {
    /// What the bytes are.
    public enum Content: UInt8, CaseIterable, Hashable, Sendable {
        case globalDescriptorTable
        case interruptDescriptorTable
        case zeroPage
        case pageTables
        case commandLine
        case setupData
        case multiprocessorTable
        case multiprocessorPointer
        case acpi
        case smbios
        case kernel
        case initrd
        case deviceTree
        case trampoline
    }

    public let content: Content
    public let address: PhysicalAddress

    /// At least one byte.
    public let bytes: [UInt8]

    /// Where the bytes lie.
    public let range: PhysicalRange

    /// A segment of at least one byte that ends within 64 bits of address.
    ///
    /// - Throws: `GuestBootError.empty` or `.addressOverflow`.
    public init(_ content: Content, at address: PhysicalAddress, _ bytes: [UInt8]) throws(GuestBootError) {
        guard !bytes.isEmpty else { throw .empty(content) }
        guard let range = PhysicalRange(start: address, byteCount: UInt64(bytes.count)) else {
            throw .addressOverflow(content, address, byteCount: UInt64(bytes.count))
        }
        self.content = content
        self.address = address
        self.bytes = bytes
        self.range = range
    }
}

extension GuestSegment.Content {
    /// What a person calls it, in a few lower-case words.
    public var name: StaticString {
        switch self {
        case .globalDescriptorTable: "GDT"
        case .interruptDescriptorTable: "IDT"
        case .zeroPage: "zero page"
        case .pageTables: "boot page tables"
        case .commandLine: "command line"
        case .setupData: "setup_data"
        case .multiprocessorTable: "MP table"
        case .multiprocessorPointer: "MP floating pointer"
        case .acpi: "ACPI tables"
        case .smbios: "SMBIOS tables"
        case .kernel: "kernel"
        case .initrd: "initrd"
        case .deviceTree: "device tree"
        case .trampoline: "trampoline"
        }
    }
}
