public import MemoryMap

/// The chipset of a PC as QEMU has it, and what firmware would set in it before a kernel runs.
public enum Chipset: Hashable, Sendable {
    /// QEMU's `pc`: i440FX and PIIX3.
    case i440FX

    /// QEMU's `q35`: Q35 and ICH9.
    case q35

    /// QEMU's `microvm`, which has no PCI.
    case microvm

    /// The base of the power management registers: where QEMU's own firmware puts them.
    public static let powerManagementBase: UInt16 = 0x600

    /// The writes that turn the legacy area into RAM, put the power management registers into their place, route the PCI
    /// interrupts and, on `q35`, open the enhanced configuration space.
    ///
    /// - Parameter ecam: The start of the enhanced configuration space and its size, which is 64, 128 or 256 MiB and its
    ///   alignment too; `q35` only.
    /// - Throws: `GuestBootError.badWindow` for an enhanced configuration space that the chipset cannot have.
    public func writes(ecam: PhysicalRange?) throws(GuestBootError) -> [ResetROM.Write] {
        let base = UInt32(Self.powerManagementBase) | 1
        switch self {
        case .microvm:
            if let ecam { throw .badWindow(ecam) }
            return []
        case .i440FX:
            if let ecam { throw .badWindow(ecam) }
            var writes = Self.shadow(from: 0x59)
            // PIIX4's power management is function 3 of the south bridge: the base, then its enable bit.
            writes.append(.configuration32(device: 1, function: 3, register: 0x40, value: base))
            writes.append(.configuration8(device: 1, function: 3, register: 0x80, value: 1))
            // PCI interrupts A to D arrive as 10, 10, 11 and 11, as the DSDT says.
            for (index, interrupt) in Self.pirqInterrupts.enumerated() {
                writes.append(
                    .configuration8(device: 1, function: 0, register: 0x60 + UInt8(index), value: UInt8(interrupt)))
            }
            return writes
        case .q35:
            var writes = Self.shadow(from: 0x90)
            if let ecam {
                writes.append(.configuration32(device: 0, function: 0, register: 0x64, value: 0))
                writes.append(
                    .configuration32(device: 0, function: 0, register: 0x60, value: try Self.expressBase(ecam)))
            }
            writes.append(.configuration32(device: 31, function: 0, register: 0x40, value: base))
            writes.append(.configuration8(device: 31, function: 0, register: 0x44, value: 0x80))
            return writes
        }
    }

    /// The interrupts at which PIRQA to PIRQD of `pc` arrive.
    static let pirqInterrupts: [UInt32] = [10, 10, 11, 11]

    /// The seven registers that say whether C0000–FFFFF is RAM: the first has F0000 in its upper half.
    private static func shadow(from register: UInt8) -> [ResetROM.Write] {
        (0..<7).map { index in
            .configuration8(device: 0, function: 0, register: register + UInt8(index), value: index == 0 ? 0x30 : 0x33)
        }
    }

    /// The low word of Q35's PCIEXBAR.
    private static func expressBase(_ ecam: PhysicalRange) throws(GuestBootError) -> UInt32 {
        let size: UInt32
        switch ecam.byteCount {
        case 256 << 20: size = 0
        case 128 << 20: size = 1
        case 64 << 20: size = 2
        default: throw .badWindow(ecam)
        }
        guard let count = ecam.byteCount, ecam.start.isAligned(to: count), let start = UInt32(exactly: ecam.start.rawValue)
        else { throw .badWindow(ecam) }
        return start | size << 1 | 1
    }
}
