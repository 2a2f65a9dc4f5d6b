public import MemoryMap

/// A ROM that stands in for a PC's firmware: it sets a few registers and enters a kernel whose memory is prepared already.
///
/// 128 KiB that end at 4 GiB. The processor starts 16 bytes below that in real mode; the ROM goes to 32-bit mode, makes the
/// writes that it was told to, and enters the kernel in 32-bit or in 64-bit mode with the descriptor tables, page tables, stack
/// and boot parameters that lie in memory. It never writes to memory.
public struct ResetROM: Sendable {
    /// A register that is set before the kernel is entered.
    public enum Write: Hashable, Sendable {
        /// A byte of a device's PCI configuration space, on bus 0.
        case configuration8(device: UInt8, function: UInt8, register: UInt8, value: UInt8)

        /// A word of a device's PCI configuration space, on bus 0, at a multiple of 4.
        case configuration32(device: UInt8, function: UInt8, register: UInt8, value: UInt32)

        /// A byte written to an IO port.
        case port8(port: UInt16, value: UInt8)

        /// A model-specific register.
        case modelSpecific(register: UInt32, value: UInt64)
    }

    /// How the kernel is entered.
    public struct Entry: Hashable, Sendable {
        public var address: PhysicalAddress
        public var mode: BootDescriptorTables.Mode
        public var stack: PhysicalAddress

        /// Where the zero page lies: the value of RSI.
        public var zeroPage: PhysicalAddress
        public var globalTable: PhysicalAddress
        public var interruptTable: PhysicalAddress

        /// Where the PML4 lies; of no use in 32-bit mode.
        public var pageTables: PhysicalAddress

        public init(
            at address: PhysicalAddress, mode: BootDescriptorTables.Mode, stack: PhysicalAddress, zeroPage: PhysicalAddress,
            globalTable: PhysicalAddress, interruptTable: PhysicalAddress, pageTables: PhysicalAddress
        ) {
            self.address = address
            self.mode = mode
            self.stack = stack
            self.zeroPage = zeroPage
            self.globalTable = globalTable
            self.interruptTable = interruptTable
            self.pageTables = pageTables
        }
    }

    /// The size of the ROM in bytes.
    public static let byteCount = 128 << 10

    /// The most writes: 20 bytes each at the most, and there are 4080 for the ROM's code.
    public static let writeLimit = 180

    /// Where the ROM's code starts. It lies within the 64 KiB that the processor's first code segment covers.
    private static let code: UInt32 = 0xFFFF_F000

    private static let resetVector: UInt32 = 0xFFFF_FFF0

    /// The ROM's bytes, the first of which lies 128 KiB below 4 GiB.
    public let bytes: [UInt8]

    /// - Throws: `GuestBootError.tooMany` for more than ``writeLimit`` writes; `.addressOverflow` where an
    ///   address other than the 64-bit entry and its arguments passes 4 GiB; `.misaligned` for page tables at no multiple of 4 KiB.
    public init(_ writes: [Write], _ entry: Entry) throws(GuestBootError) {
        guard writes.count <= Self.writeLimit else {
            throw .tooMany(.configurationWrites, count: writes.count, limit: Self.writeLimit)
        }
        for address in [entry.globalTable, entry.interruptTable, entry.pageTables] where address.rawValue > UInt32.max {
            throw .addressOverflow(.globalDescriptorTable, address, byteCount: 1)
        }
        if entry.mode == .protected {
            for address in [entry.address, entry.stack, entry.zeroPage] where address.rawValue > UInt32.max {
                throw .addressOverflow(.zeroPage, address, byteCount: 1)
            }
        } else {
            guard entry.pageTables.isAligned(to: 4096) else {
                throw .misaligned(.pageTables, entry.pageTables, alignment: 4096)
            }
        }
        var program = ProcessorCode(at: Self.code)
        // The ROM's own descriptors, and the operands of the three loads, lie before the code, which starts right after them.
        let ownTable = program.here
        for descriptor in [SegmentDescriptor.null, .code32, .data] { program.emit64(descriptor.rawValue) }
        let ownOperand = program.here
        program.emitTableOperand(base: ownTable, byteCount: 3 * 8)
        let globalOperand = program.here
        program.emitTableOperand(
            base: UInt32(entry.globalTable.rawValue), byteCount: BootDescriptorTables.byteCount(for: entry.mode))
        let interruptOperand = program.here
        program.emitTableOperand(
            base: UInt32(entry.interruptTable.rawValue), byteCount: BootDescriptorTables.interruptTableByteCount)

        let start = program.here
        program.enterProtectedMode(table: ownOperand)
        program.loadDataSegments(0x10)
        for write in writes { program.emit(write) }
        if entry.mode == .long { program.enterLongMode(pageTables: UInt32(entry.pageTables.rawValue)) }
        program.loadGlobalTable(at: globalOperand)
        program.loadInterruptTable(at: interruptOperand)
        program.jumpFar(selector: BootDescriptorTables.codeSelector)
        program.loadDataSegments(BootDescriptorTables.dataSelector)
        switch entry.mode {
        case .protected: program.enterKernel32(entry)
        case .long: program.enterKernel64(entry)
        }
        precondition(program.here <= Self.resetVector, "the limit on writes leaves room for the rest")

        var bytes = [UInt8](repeating: 0xFF, count: Self.byteCount)
        let base = UInt32(truncatingIfNeeded: (1 << 32) - UInt64(Self.byteCount))
        for (index, byte) in program.bytes.enumerated() { bytes[Int(Self.code - base) + index] = byte }
        // A near jump in 16-bit mode: its displacement counts from the instruction after it.
        let vector = Int(Self.resetVector - base)
        bytes[vector] = 0xE9
        bytes.store(UInt16(truncatingIfNeeded: start &- (Self.resetVector &+ 3)), at: vector + 1)
        self.bytes = bytes
    }
}
