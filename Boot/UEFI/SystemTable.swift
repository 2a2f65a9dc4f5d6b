public import CUEFI
public import MemoryMap

/// The firmware's system table: the way to everything else (UEFI 2.10, 4.3).
///
/// Unsafe by nature: it trusts that the firmware handed over a system table. It checks the signature, which catches a
/// wrong pointer, and nothing more.
@safe
public struct SystemTable {
    let pointer: UnsafeMutablePointer<EFI_SYSTEM_TABLE>

    /// "IBI SYST", the signature of a system table.
    private static let signature: UInt64 = 0x5453_5953_2049_4249

    /// The table that the firmware gave to the entry point, or nil where the pointer leads to something else.
    public init?(_ pointer: UnsafeMutablePointer<EFI_SYSTEM_TABLE>?) {
        guard let pointer = unsafe pointer, unsafe pointer.pointee.header.signature == Self.signature else { return nil }
        unsafe self.pointer = pointer
    }

    /// The table at an address that was checked to lie in mapped memory: a physical one under an identity mapping, or the
    /// virtual one that it has after SetVirtualAddressMap.
    public init?(at address: some MemoryAddress) {
        guard address.isAligned(to: 8) else { return nil }
        unsafe self.init(UnsafeMutablePointer(bitPattern: UInt(address.rawValue)))
    }

    public var address: PhysicalAddress { PhysicalAddress(UInt64(UInt(bitPattern: unsafe pointer))) }

    /// The revision: the major number in the upper half, ten times the minor number in the lower.
    public var revision: UInt32 { unsafe pointer.pointee.header.revision }

    public var firmwareRevision: UInt32 { unsafe pointer.pointee.firmware_revision }

    /// The memory that using this table touches beside itself: the runtime services table and the configuration tables. Who does
    /// not trust that all of it is mapped checks it before anything else.
    ///
    /// - Precondition: the table itself is mapped.
    public func forEachReferencedRange(_ body: (PhysicalRange) -> Void) {
        let table = unsafe pointer.pointee
        let count = unsafe min(table.configuration_table_count, Self.configurationTableLimit)
        let services = unsafe Self.range(table.runtime_services, byteCount: UInt64(MemoryLayout<EFI_RUNTIME_SERVICES>.size))
        let tables = unsafe Self.range(
            table.configuration_tables, byteCount: count * UInt64(MemoryLayout<EFI_CONFIGURATION_TABLE>.size))
        if let services { body(services) }
        if let tables { body(tables) }
    }

    /// The memory that ``forEachVendorByte(_:)`` may read, nil where there is no name.
    ///
    /// - Precondition: the table itself is mapped.
    public var vendorRange: PhysicalRange? {
        unsafe Self.range(pointer.pointee.firmware_vendor, byteCount: Self.vendorLimit * 2)
    }

    private static func range(_ pointer: UnsafeRawPointer?, byteCount: UInt64) -> PhysicalRange? {
        guard let pointer = unsafe pointer else { return nil }
        return PhysicalRange(start: PhysicalAddress(UInt64(UInt(bitPattern: pointer))), byteCount: byteCount)
    }

    /// The size of the table itself in bytes.
    public static let byteCount = unsafe UInt64(MemoryLayout<EFI_SYSTEM_TABLE>.size)

    private static let configurationTableLimit: UInt64 = 1024
    private static let vendorLimit: UInt64 = 64

    /// The services before ExitBootServices, or nil after it.
    public var bootServices: BootServices? {
        guard let services = unsafe pointer.pointee.boot_services else { return nil }
        return unsafe BootServices(pointer: services)
    }

    /// The services that stay. The pointer is read anew each time: SetVirtualAddressMap changes it.
    public var runtimeServices: RuntimeServices? {
        guard let services = unsafe pointer.pointee.runtime_services else { return nil }
        return unsafe RuntimeServices(pointer: services)
    }

    /// The vendor's name, as far as it is printable ASCII and at most 64 characters long, a byte at a time.
    public func forEachVendorByte(_ body: (UInt8) -> Void) {
        guard let vendor = unsafe pointer.pointee.firmware_vendor else { return }
        for index in 0..<Int(Self.vendorLimit) {
            let unit = unsafe vendor[index]
            guard unit != 0 else { return }
            body((32..<127).contains(unit) ? UInt8(unit) : UInt8(ascii: "?"))
        }
    }

    /// Shows text on the firmware's console; line feeds become carriage return and line feed.
    public func writeToConsole(_ text: Span<UInt8>) {
        guard let console = unsafe pointer.pointee.console_out else { return }
        for index in text.indices {
            var units: (UInt16, UInt16, UInt16) = (UInt16(text[index]), 0, 0)
            if text[index] == UInt8(ascii: "\n") { units = (13, 10, 0) }
            unsafe withUnsafeBytes(of: &units) { bytes in
                _ = unsafe uefi_output_string(console, bytes.baseAddress?.assumingMemoryBound(to: UInt16.self))
            }
        }
    }

    /// The tables that the firmware publishes for operating systems.
    public enum ConfigurationTable {
        case rsdp, smbios, deviceTree, memoryAttributesTable
    }

    /// Where a configuration table is, the newest form of it where there are several, or nil where there is none.
    ///
    /// Complexity: O(tables); at most 1,024 are looked at.
    public func find(_ table: ConfigurationTable) -> PhysicalAddress? {
        switch table {
        case .rsdp: locate(.acpi20) ?? locate(.acpi10)
        case .smbios: locate(.smbios3) ?? locate(.smbios)
        case .deviceTree: locate(.deviceTree)
        case .memoryAttributesTable: locate(.memoryAttributesTable)
        }
    }

    private func locate(_ guid: EFI_GUID) -> PhysicalAddress? {
        guard let tables = unsafe pointer.pointee.configuration_tables else { return nil }
        for index in 0..<Int(min(unsafe pointer.pointee.configuration_table_count, Self.configurationTableLimit)) {
            let entry = unsafe tables[index]
            if unsafe entry.vendor_guid == guid, let table = unsafe entry.vendor_table {
                return PhysicalAddress(UInt64(UInt(bitPattern: table)))
            }
        }
        return nil
    }
}
