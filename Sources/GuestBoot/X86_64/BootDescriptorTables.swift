public import MemoryMap

/// The descriptor tables with which a Linux kernel is entered.
///
/// The code segment has selector 0x10 and the data segment 0x18, as the 32-bit and 64-bit boot protocols require
/// (Linux, Documentation/arch/x86/boot.rst).
public enum BootDescriptorTables {
    /// How the kernel is entered.
    public enum Mode: Hashable, Sendable {
        /// Paging off, at the 32-bit entry.
        case protected

        /// Paging on, at the 64-bit entry.
        case long
    }

    public static let codeSelector: UInt16 = 0x10
    public static let dataSelector: UInt16 = 0x18

    /// The size of the interrupt descriptor table in bytes: one entry, which is not present.
    public static let interruptTableByteCount: UInt64 = 8

    /// The entries of the global descriptor table: the task state segment's takes two in long mode.
    public static func descriptors(for mode: Mode) -> [SegmentDescriptor] {
        switch mode {
        case .protected: [.null, .null, .code32, .data, .taskState]
        case .long: [.null, .null, .code64, .data, .taskState, .null]
        }
    }

    /// The size of the global descriptor table in bytes.
    public static func byteCount(for mode: Mode) -> UInt64 { UInt64(descriptors(for: mode).count) * 8 }

    /// The global descriptor table at `address`.
    ///
    /// - Parameter limit: The address before which its bytes have to end. Null descriptors at the end of the table may be left to
    ///   zero bytes that lie there: crosvm's last one shares its place with the interrupt descriptor table.
    /// - Throws: `GuestBootError.addressOverflow`, or `.tooLarge` where more than null descriptors pass the limit.
    public static func globalTable(
        at address: PhysicalAddress, _ mode: Mode, before limit: PhysicalAddress = PhysicalAddress(.max)
    ) throws(GuestBootError) -> GuestSegment {
        var bytes: [UInt8] = []
        let room = address.distance(to: limit) ?? 0
        for descriptor in descriptors(for: mode) {
            guard UInt64(bytes.count) + 8 <= room else {
                guard descriptor == .null else {
                    throw .tooLarge(.globalDescriptorTable, byteCount: byteCount(for: mode), limit: room)
                }
                break
            }
            bytes.appendLittleEndian(descriptor.rawValue)
        }
        return try GuestSegment(.globalDescriptorTable, at: address, bytes)
    }

    /// The interrupt descriptor table at `address`.
    ///
    /// - Throws: `GuestBootError.addressOverflow`.
    public static func interruptTable(at address: PhysicalAddress) throws(GuestBootError) -> GuestSegment {
        try GuestSegment(.interruptDescriptorTable, at: address, [UInt8](repeating: 0, count: Int(interruptTableByteCount)))
    }
}
