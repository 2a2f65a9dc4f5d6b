public import MemoryMap

/// The processors, buses and interrupts of a PC in the form that was used before ACPI.
///
/// Intel MultiProcessor Specification 1.4, chapter 4: a table of entries, and a floating pointer of 16 bytes to it.
public struct MultiprocessorTable: Sendable {
    /// An interrupt of a PCI device.
    public struct PCIInterrupt: Hashable, Sendable {
        public var slot: UInt8
        /// 0 to 3 for INTA to INTD.
        public var pin: UInt8
        /// The input of the IO APIC.
        public var input: UInt8

        public init(slot: UInt8, pin: UInt8, input: UInt8) {
            self.slot = slot
            self.pin = pin
            self.input = input
        }
    }

    public let table: GuestSegment
    public let pointer: GuestSegment

    /// The most processors: identifiers are bytes, 255 means all, and the IO APIC needs one too.
    public static let processorLimit = 254

    /// - Parameters:
    ///   - tableAddress: Where the table lies, below 4 GiB.
    ///   - limit: The address before which the table has to end.
    ///   - pointerAddress: Where the pointer lies, a multiple of 16. The kernel looks for it in the last kilobyte of low memory,
    ///     among others.
    /// - Throws: `GuestBootError.tooMany` or `.tooFew` processors, `.tooLarge` where the table would pass the limit.
    public init(
        processors: Int, interrupts: [PCIInterrupt] = [], table tableAddress: PhysicalAddress, before limit: PhysicalAddress,
        pointer pointerAddress: PhysicalAddress
    ) throws(GuestBootError) {
        guard processors >= 1 else { throw .tooFew(.processors, count: processors, least: 1) }
        guard processors <= Self.processorLimit else {
            throw .tooMany(.processors, count: processors, limit: Self.processorLimit)
        }
        guard pointerAddress.isAligned(to: 16) else {
            throw .misaligned(.multiprocessorPointer, pointerAddress, alignment: 16)
        }
        let room = tableAddress.distance(to: limit) ?? 0
        let bytes = Self.entries(processors, interrupts)
        guard UInt64(bytes.count) <= room else {
            throw .tooLarge(.multiprocessorTable, byteCount: UInt64(bytes.count), limit: room)
        }
        guard let start = UInt32(exactly: tableAddress.rawValue) else {
            throw .addressOverflow(.multiprocessorTable, tableAddress, byteCount: UInt64(bytes.count))
        }
        var floating = ("_MP_" as StaticString).utf8Bytes
        floating.appendLittleEndian(start)
        floating += [1, 4]
        floating.appendZeros(6)
        floating.storeChecksum(of: 0..<16, at: 10)
        table = try GuestSegment(.multiprocessorTable, at: tableAddress, bytes)
        pointer = try GuestSegment(.multiprocessorPointer, at: pointerAddress, floating)
    }

    private static func entries(_ processors: Int, _ interrupts: [PCIInterrupt]) -> [UInt8] {
        let controller = UInt8(processors)
        let (pci, isa): (UInt8, UInt8) = (0, 1)
        var count = 0
        var entries: [UInt8] = []
        func append(_ entry: [UInt8]) {
            entries += entry
            count += 1
        }
        for processor in 0..<processors {
            // Enabled, and the first is the one that starts; a processor with a floating-point unit and an APIC.
            var entry: [UInt8] = [0, UInt8(processor), 0x14, processor == 0 ? 3 : 1]
            entry.appendLittleEndian(0 as UInt32)
            entry.appendLittleEndian(0x201 as UInt32)
            entry.appendZeros(8)
            append(entry)
        }
        append([1, pci] + ("PCI   " as StaticString).utf8Bytes)
        append([1, isa] + ("ISA   " as StaticString).utf8Bytes)
        var ioAPIC: [UInt8] = [2, controller, 0x11, 1]
        ioAPIC.appendLittleEndian(0xFEC0_0000 as UInt32)
        append(ioAPIC)
        // The timer comes in at 2, which leads to the second of the older controllers otherwise.
        for source in 0..<16 as Range<UInt8> where source != 2 {
            append([3, 0, 0, 0, isa, source, controller, source == 0 ? 2 : source])
        }
        for interrupt in interrupts {
            // Active low and level-triggered, as PCI's interrupts are.
            append([3, 0, 0x0F, 0, pci, interrupt.slot << 2 | interrupt.pin & 3, controller, interrupt.input])
        }
        append([4, 3, 0, 0, isa, 0, 0, 0])  // the older controllers' output at every first pin
        append([4, 1, 0, 0, isa, 0, 0xFF, 1])  // the non-maskable interrupt at every second one

        var table = ("PCMP" as StaticString).utf8Bytes
        table.appendLittleEndian(UInt16(truncatingIfNeeded: 44 + entries.count))
        table += [4, 0]
        table.append("STRATA  ")
        table.append("GUESTMAP    ")
        table.appendZeros(6)
        table.appendLittleEndian(UInt16(truncatingIfNeeded: count))
        table.appendLittleEndian(0xFEE0_0000 as UInt32)
        table.appendZeros(4)
        table += entries
        table.storeChecksum(of: 0..<table.count, at: 7)
        return table
    }
}
