public import MemoryMap

/// The kernel's second argument: the serial port that the loader found in the firmware's tables, in one word.
///
/// The kernel needs a way to complain before it can believe anything else that it is given, so that this is no part of the
/// ``BootInfo``. It is a hint: registers in memory are used only where the kernel's page tables map them as a device.
///
/// | Bits    | What                                                                                        |
/// | ------- | ------------------------------------------------------------------------------------------- |
/// | 0 to 2  | 0 none, 1 PL011 in memory, 2 16550 in memory, 3 16550 behind I/O ports                      |
/// | 3 to 63 | the address of the first register in memory, a multiple of 64; or the first port's, times 64 |
///
/// For a 16550 in memory, bits 3 and 4 hold the distance between registers as a power of two (1, 2, 4 or 8 bytes), and bit 5
/// tells that they take accesses of 4 bytes and no smaller ones.
public enum EarlyConsole: Hashable, Sendable {
    /// An Arm PL011, or the subset of it that servers have.
    case pl011(PhysicalAddress)

    /// A 16550; `registerShift` is the distance between registers as a power of two, 0 to 3.
    case memory16550(PhysicalAddress, registerShift: UInt8, usesWords: Bool)

    /// A 16550 of a PC.
    case port16550(UInt16)

    /// The page of registers, nil for I/O ports.
    public var registers: PhysicalRange? {
        switch self {
        case .pl011(let address), .memory16550(let address, _, _):
            PhysicalRange(start: address.alignedDown(to: PageCount.pageSize), pages: PageCount(1))
        case .port16550: nil
        }
    }

    /// The word for no console.
    public static let none: UInt64 = 0

    private static let alignment: UInt64 = 64

    /// The word that the kernel gets, or nil where the address is no multiple of 64.
    public var word: UInt64? {
        switch self {
        case .pl011(let address):
            address.isAligned(to: Self.alignment) ? address.rawValue | 1 : nil
        case .memory16550(let address, let shift, let usesWords):
            address.isAligned(to: Self.alignment) && shift < 4
                ? address.rawValue | 2 | UInt64(shift) << 3 | (usesWords ? 1 << 5 : 0) : nil
        case .port16550(let port):
            UInt64(port) * Self.alignment | 3
        }
    }

    /// The console in a word; nil for none, and for a word that no loader writes.
    public init?(word: UInt64) {
        let address = PhysicalAddress(word & ~(Self.alignment - 1))
        let details = word >> 3 & 7
        switch word & 7 {
        case 1 where details == 0 && address.rawValue != 0: self = .pl011(address)
        case 2 where address.rawValue != 0:
            self = .memory16550(address, registerShift: UInt8(details & 3), usesWords: details & 4 != 0)
        case 3 where details == 0:
            guard let port = UInt16(exactly: word / Self.alignment) else { return nil }
            self = .port16550(port)
        default: return nil
        }
    }
}
