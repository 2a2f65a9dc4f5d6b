public import MemoryMap

/// The page tables with which a 64-bit Linux kernel is entered: the first 4 GiB, each address at itself, in pages of 2 MiB.
///
/// A PML4, a page-directory-pointer table after it and four page directories after that, 24 KiB in all (Intel SDM volume 3,
/// section 4.5).
public enum BootPageTables {
    /// The size of all six tables in bytes.
    public static let byteCount: UInt64 = 6 * 4096

    /// Present and writable.
    private static let table: UInt64 = 0x3

    /// Present, writable, and a page of 2 MiB.
    private static let largePage: UInt64 = 0x83

    /// The tables as they lie at `address`.
    ///
    /// - Throws: `GuestBootError.misaligned` where the address is no multiple of 4 KiB, `.addressOverflow` where the tables pass
    ///   4 GiB, which the processor's 32-bit load of CR3 cannot reach.
    public static func segment(at address: PhysicalAddress) throws(GuestBootError) -> GuestSegment {
        guard address.isAligned(to: 4096) else { throw .misaligned(.pageTables, address, alignment: 4096) }
        guard address.rawValue <= 1 << 32 - byteCount else {
            throw .addressOverflow(.pageTables, address, byteCount: byteCount)
        }
        var bytes = [UInt8](repeating: 0, count: Int(byteCount))
        bytes.store((address.rawValue + 0x1000) | table, at: 0)
        for index in 0..<4 {
            bytes.store((address.rawValue + 0x2000 + UInt64(index) * 0x1000) | table, at: 0x1000 + index * 8)
        }
        for index in 0..<2048 { bytes.store(UInt64(index) << 21 | largePage, at: 0x2000 + index * 8) }
        return try GuestSegment(.pageTables, at: address, bytes)
    }
}
