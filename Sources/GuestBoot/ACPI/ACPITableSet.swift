public import MemoryMap

/// A PC's ACPI tables as they lie in memory, from the root pointer on, each at a multiple of 64 bytes.
public struct ACPITableSet: Sendable {
    /// A table of the set.
    public struct Table: Sendable {
        /// Four ASCII characters; `RSD ` for the root pointer.
        public let signature: StaticString
        public let range: PhysicalRange
    }

    /// In the order of their addresses.
    public let tables: [Table]
    public let segment: GuestSegment

    private static let alignment: UInt64 = 64

    /// Lays the tables out: root pointer, FACS, DSDT, FADT, MADT, MCFG where there is such a space, XSDT.
    ///
    /// - Parameters:
    ///   - address: A multiple of 64 below 4 GiB; between E0000 and FFFFF the kernel finds the root pointer itself.
    ///   - limit: The address before which the tables have to end.
    /// - Throws: `GuestBootError`: `.misaligned`, `.tooLarge` where the tables pass `limit`, or what the machine cannot have.
    public init(
        _ machine: ACPIMachine, at address: PhysicalAddress, before limit: PhysicalAddress
    ) throws(GuestBootError) {
        guard address.isAligned(to: Self.alignment) else {
            throw .misaligned(.acpi, address, alignment: Self.alignment)
        }
        guard limit.rawValue <= 1 << 32 else { throw .addressOverflow(.acpi, limit, byteCount: 0) }
        try machine.check()
        let room = address.distance(to: limit) ?? 0

        var layout = Layout(at: address)
        layout.add("RSD ", FixedTables.rootPointer(extended: 0))
        let control = layout.add("FACS", FixedTables.control())
        let differentiated = layout.add("DSDT", DifferentiatedTable.table(machine))
        var listed = [
            layout.add(
                "FACP",
                FixedTables.fixedDescription(
                    control: UInt32(truncatingIfNeeded: control), differentiated: UInt32(truncatingIfNeeded: differentiated),
                    machine.chipset))
        ]
        listed.append(layout.add("APIC", FixedTables.interruptControllers(processors: machine.processors)))
        if let space = machine.enhancedConfiguration {
            listed.append(layout.add("MCFG", FixedTables.configurationSpace(space)))
        }
        let extended = layout.add("XSDT", FixedTables.extendedTable(listed))
        guard UInt64(layout.bytes.count) <= room else {
            throw .tooLarge(.acpi, byteCount: UInt64(layout.bytes.count), limit: room)
        }
        for (index, byte) in FixedTables.rootPointer(extended: extended).enumerated() { layout.bytes[index] = byte }
        segment = try GuestSegment(.acpi, at: address, layout.bytes)
        tables = layout.tables
    }

    private struct Layout {
        let address: PhysicalAddress
        var bytes: [UInt8] = []
        var tables: [Table] = []

        init(at address: PhysicalAddress) { self.address = address }

        /// Appends a table; returns its address. The caller has a bound below 4 GiB, so that no sum overflows.
        @discardableResult
        mutating func add(_ signature: StaticString, _ table: [UInt8]) -> UInt64 {
            bytes.pad(to: Int(ACPITableSet.alignment))
            let start = address.rawValue + UInt64(bytes.count)
            bytes += table
            if let range = PhysicalRange(start: PhysicalAddress(start), byteCount: UInt64(table.count)) {
                tables.append(Table(signature: signature, range: range))
            }
            return start
        }
    }
}
