public import MemoryMap

/// The serial port that a machine's firmware names as its console.
public struct SerialConsole: Hashable, Sendable {
    /// The programming interface.
    public enum Kind: Hashable, Sendable {
        /// Arm PrimeCell UART (PL011), or the generic UART of Arm's server base system architecture, a subset of it.
        case pl011

        /// A National Semiconductor 16550 or one of its many descendants.
        case ns16550
    }

    /// Where the registers are.
    public enum Place: Hashable, Sendable {
        case memory(PhysicalAddress)

        /// I/O ports from this one on (x86).
        case ports(UInt16)
    }

    public var kind: Kind
    public var place: Place

    /// The distance from one register to the next in bytes: 1, 2, 4 or 8.
    public var registerStride: UInt8

    /// The width of an access to a register in bytes: 1, 2, 4 or 8.
    public var accessWidth: UInt8

    public init(kind: Kind, place: Place, registerStride: UInt8, accessWidth: UInt8) {
        self.kind = kind
        self.place = place
        self.registerStride = registerStride
        self.accessWidth = accessWidth
    }

    /// The console that ACPI names, else the one that the device tree names; nil where neither names one that is known here.
    ///
    /// Tables that are damaged count as absent: the console is a help, and nobody to tell about it has been found yet.
    ///
    /// - Complexity: O(*n*) for *n* bytes of tables, which are bounded (see ``ACPITables`` and ``DeviceTreeBlob``).
    public static func find<Memory: FirmwareMemory & ~Copyable>(
        rsdp: PhysicalAddress?, deviceTree: PhysicalAddress?, in memory: borrowing Memory
    ) -> SerialConsole? {
        if let rsdp, let console = try? SerialPortConsoleRedirection.console(rsdp: rsdp, in: memory) { return console }
        if let deviceTree, let console = try? DeviceTreeBlob.console(at: deviceTree, in: memory) { return console }
        return nil
    }
}
