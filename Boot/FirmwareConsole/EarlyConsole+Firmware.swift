public import BootHandoff
import FirmwareTables
import Machine
public import MemoryMap
public import UEFI

/// The memory that the firmware's map describes, and on a PC the BIOS area, which it need not.
struct DescribedMemory: FirmwareMemory {
    let map: PhysicalMemoryMap

    func withBytes<Result>(of range: PhysicalRange, _ body: (RawSpan) -> Result) -> Result? {
        guard isReadable(range) else { return nil }
        return IdentityMappedMemory().withBytes(of: range, body)
    }

    private func isReadable(_ range: PhysicalRange) -> Bool {
        #if arch(x86_64)
            if range.start.rawValue >= 0xE0000, range.last.rawValue <= 0xFFFFF { return true }
        #endif
        // Page 0 holds no table; and what is not cached may be a device, which a read may disturb.
        guard range.start.rawValue >= PageCount.pageSize else { return false }
        return map.covers(range) { $0.attributes.contains(.writeBack) && $0.type != .unaccepted && $0.type != .unusable }
    }
}

extension EarlyConsole {
    /// The console that the firmware's tables name, or nil where they name none that can be used.
    public static func find(_ systemTable: SystemTable, in map: PhysicalMemoryMap) -> EarlyConsole? {
        let found = SerialConsole.find(
            rsdp: systemTable.find(.rsdp), deviceTree: systemTable.find(.deviceTree), in: DescribedMemory(map: map))
        guard let found else { return nil }
        switch (found.kind, found.place) {
        case (.pl011, .memory(let address)): return usable(.pl011(address))
        case (.ns16550, .memory(let address)):
            guard found.registerStride.nonzeroBitCount == 1 else { return nil }
            return usable(
                .memory16550(
                    address, registerShift: UInt8(found.registerStride.trailingZeroBitCount), usesWords: found.accessWidth == 4))
        case (.ns16550, .ports(let port)): return usable(.port16550(port))
        case (.pl011, .ports): return nil
        }
    }

    /// The console itself, where it can be told to the kernel.
    private static func usable(_ console: EarlyConsole) -> EarlyConsole? { console.word == nil ? nil : console }
}
