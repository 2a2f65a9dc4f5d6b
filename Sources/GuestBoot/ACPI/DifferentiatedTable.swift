import MemoryMap

/// The table that describes the machine's devices in AML: processors, the PCI root with its windows and interrupts, the serial
/// line, the clock, and how to power off.
enum DifferentiatedTable {
    static func table(_ machine: ACPIMachine) -> [UInt8] {
        var system: [UInt8] = []
        for processor in 0..<machine.processors {
            system += AML.device(
                processorName(processor),
                AML.name("_HID", AML.string("ACPI0007")) + AML.name("_UID", AML.integer(UInt64(processor))))
        }
        system += AML.device(("PCI0" as StaticString).utf8Bytes, root(machine))
        if let space = machine.enhancedConfiguration {
            // What the configuration space takes belongs to the board and not to the root that it configures.
            let start = UInt32(space.range.start.rawValue)
            let count = (UInt32(space.lastBus) + 1) << 20
            system += AML.device(
                ("MRES" as StaticString).utf8Bytes,
                AML.name("_HID", AML.eisaIdentifier("PNP0C02"))
                    + AML.name("_CRS", AML.resources(AML.fixedMemory(start, count))))
        }
        let powerOff = AML.package([AML.integer(0), AML.integer(0), AML.integer(0), AML.integer(0)])
        return ACPITableHeader.table("DSDT", revision: 2, AML.scope("\\_SB_", system) + AML.name("_S5_", powerOff))
    }

    private static func root(_ machine: ACPIMachine) -> [UInt8] {
        let identifier: [UInt8] =
            machine.enhancedConfiguration == nil
            ? AML.name("_HID", AML.eisaIdentifier("PNP0A03"))
            : AML.name("_HID", AML.eisaIdentifier("PNP0A08")) + AML.name("_CID", AML.eisaIdentifier("PNP0A03"))
        var resources = AML.busNumbers(0, UInt16(machine.enhancedConfiguration?.lastBus ?? 255))
        resources += AML.ports(0xCF8, count: 8)
        resources += AML.portWindow(0, 0xCF7)
        resources += AML.portWindow(0xD00, 0xFFFF)
        if let display = PhysicalRange(start: PhysicalAddress(0xA_0000), byteCount: 0x2_0000) {
            resources += AML.memoryWindow(display)
        }
        for window in machine.windows { resources += AML.memoryWindow(window) }
        return identifier + AML.name("_UID", AML.integer(0)) + AML.name("_BBN", AML.integer(0))
            + AML.name("_CRS", AML.resources(resources)) + AML.name("_PRT", interrupts(machine.chipset))
            + AML.device(
                ("COM1" as StaticString).utf8Bytes,
                AML.name("_HID", AML.eisaIdentifier("PNP0501")) + AML.name("_UID", AML.integer(1))
                    + AML.name("_CRS", AML.resources(AML.ports(0x3F8, count: 8) + AML.interrupt(4))))
            + AML.device(
                ("RTC_" as StaticString).utf8Bytes,
                AML.name("_HID", AML.eisaIdentifier("PNP0B00"))
                    + AML.name("_CRS", AML.resources(AML.ports(0x70, count: 2) + AML.interrupt(8))))
    }

    /// Where the four pins of every slot arrive. A package has room for less than 64 slots of them.
    private static func interrupts(_ chipset: Chipset) -> [UInt8] {
        var rows: [[UInt8]] = []
        for slot in 0..<32 as Range<UInt64> {
            for pin in 0..<4 as Range<UInt64> {
                rows.append(
                    AML.package([
                        AML.integer(slot << 16 | 0xFFFF), AML.integer(pin), AML.integer(0),
                        AML.integer(chipset.interrupt(slot: slot, pin: pin)),
                    ]))
            }
        }
        return AML.package(rows)
    }

    /// `C000` to `C0FD`.
    private static func processorName(_ index: Int) -> [UInt8] {
        func digit(_ value: Int) -> UInt8 { UInt8(value < 10 ? 0x30 + value : 0x37 + value) }
        return [0x43, digit(index >> 8 & 15), digit(index >> 4 & 15), digit(index & 15)]
    }
}

extension Chipset {
    /// The number at the IO APIC at which a slot's pin arrives.
    func interrupt(slot: UInt64, pin: UInt64) -> UInt64 {
        switch self {
        case .i440FX, .microvm: UInt64(Self.pirqInterrupts[Int((slot + 3 + pin) & 3)])
        case .q35:
            // Slots 25 to 29 and 31 go straight to PIRQA to D, which are 16 to 19; the others to E to H. All but 30 of those
            // are turned by the slot's number.
            switch slot {
            case 25...29, 31: 16 + pin
            case 24, 30: 20 + pin
            default: 20 + ((slot + pin) & 3)
            }
        }
    }
}
