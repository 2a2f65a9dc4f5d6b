import MemoryMap

/// The tables of fixed form.
enum FixedTables {
    /// The root pointer: 36 bytes with two checksums (ACPI 6.5, section 5.2.5.3).
    static func rootPointer(extended: UInt64) -> [UInt8] {
        var bytes = ("RSD PTR " as StaticString).utf8Bytes
        bytes.append(0)
        bytes.append("STRATA")
        bytes.append(2)
        bytes.appendLittleEndian(0 as UInt32)
        bytes.appendLittleEndian(36 as UInt32)
        bytes.appendLittleEndian(extended)
        bytes.appendZeros(4)
        bytes.storeChecksum(of: 0..<20, at: 8)
        bytes.storeChecksum(of: 0..<36, at: 32)
        return bytes
    }

    /// The firmware control structure: 64 bytes at a multiple of 64 (section 5.2.10).
    static func control() -> [UInt8] {
        var bytes = ("FACS" as StaticString).utf8Bytes
        bytes.appendLittleEndian(64 as UInt32)
        bytes.appendZeros(56)
        bytes[32] = 2
        return bytes
    }

    /// The addresses of the other tables (section 5.2.8).
    static func extendedTable(_ addresses: [UInt64]) -> [UInt8] {
        var body: [UInt8] = []
        for address in addresses { body.appendLittleEndian(address) }
        return ACPITableHeader.table("XSDT", revision: 1, body)
    }

    /// The fixed description: where the chipset's power management registers are (section 5.2.9). 276 bytes.
    static func fixedDescription(control: UInt32, differentiated: UInt32, _ chipset: Chipset) -> [UInt8] {
        let base = UInt32(Chipset.powerManagementBase)
        // PIIX4 has its general-purpose events at a place of their own, ICH9 inside the block.
        let (events, eventBytes): (UInt32, UInt8) = chipset == .q35 ? (base + 0x20, 16) : (0xAFE0, 4)
        var body = [UInt8](repeating: 0, count: 276 - ACPITableHeader.byteCount)
        func at(_ offset: Int) -> Int { offset - ACPITableHeader.byteCount }
        body.store(control, at: at(36))
        body.store(differentiated, at: at(40))
        body.store(9 as UInt16, at: at(46))  // the system control interrupt
        body.store(base, at: at(56))
        body.store(base + 4, at: at(64))
        body.store(base + 8, at: at(76))
        body.store(events, at: at(80))
        body[at(88)] = 4
        body[at(89)] = 2
        body[at(91)] = 4
        body[at(92)] = eventBytes
        body.store(0xFFF as UInt16, at: at(96))  // no C2
        body.store(0xFFF as UInt16, at: at(98))  // no C3
        body[at(108)] = 0x32  // the century in the clock's memory
        body.store(0x3 as UInt16, at: at(109))  // legacy devices and a keyboard controller
        // WBINVD, C1, no sleep button, a reset register.
        body.store((1 << 0 | 1 << 2 | 1 << 5 | 1 << 10) as UInt32, at: at(112))
        genericAddress(port: 0xCF9, bytes: 1, at: at(116), &body)
        body[at(128)] = 0x06
        body[at(131)] = 4
        body.store(UInt64(differentiated), at: at(140))
        genericAddress(port: base, bytes: 4, at: at(148), &body)
        genericAddress(port: base + 4, bytes: 2, at: at(172), &body)
        genericAddress(port: base + 8, bytes: 4, at: at(208), &body)
        genericAddress(port: events, bytes: eventBytes, at: at(220), &body)
        return ACPITableHeader.table("FACP", revision: 6, body)
    }

    /// The interrupt controllers (section 5.2.12).
    static func interruptControllers(processors: Int) -> [UInt8] {
        var body: [UInt8] = []
        body.appendLittleEndian(0xFEE0_0000 as UInt32)
        body.appendLittleEndian(1 as UInt32)  // there are the two older controllers too
        for processor in 0..<processors {
            body += [0, 8, UInt8(processor), UInt8(processor)]
            body.appendLittleEndian(1 as UInt32)
        }
        body += [1, 12, 0, 0]
        body.appendLittleEndian(0xFEC0_0000 as UInt32)
        body.appendLittleEndian(0 as UInt32)
        // The timer comes in at 2; these are level-triggered and active high, as the system control interrupt is.
        for (source, target, flags) in [(0, 2, 0), (5, 5, 13), (9, 9, 13), (10, 10, 13), (11, 11, 13)]
            as [(UInt8, UInt32, UInt16)]
        {
            body += [2, 10, 0, source]
            body.appendLittleEndian(target)
            body.appendLittleEndian(flags)
        }
        body += [4, 6, 0xFF, 0, 0, 1]  // every processor's second pin is the non-maskable interrupt
        return ACPITableHeader.table("APIC", revision: 5, body)
    }

    /// The enhanced configuration space (PCI Firmware 3.3, section 4.1.2).
    static func configurationSpace(_ space: ACPIMachine.EnhancedConfiguration) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: 8)
        body.appendLittleEndian(space.range.start.rawValue)
        body.appendLittleEndian(0 as UInt16)
        body += [0, space.lastBus, 0, 0, 0, 0]
        return ACPITableHeader.table("MCFG", revision: 1, body)
    }

    /// A register among the IO ports (section 5.2.3.2).
    private static func genericAddress(port: UInt32, bytes: UInt8, at offset: Int, _ body: inout [UInt8]) {
        body[offset] = 1
        body[offset + 1] = bytes > 4 ? bytes &* 8 : bytes * 8
        // Access by bytes, words or double words; a longer block by bytes.
        body[offset + 3] = bytes == 2 ? 2 : bytes == 4 ? 3 : 1
        body.store(UInt64(port), at: offset + 4)
    }
}
