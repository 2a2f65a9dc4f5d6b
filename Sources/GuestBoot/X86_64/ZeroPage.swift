public import GuestLayout
public import MemoryMap

/// The page that tells a Linux kernel about its machine: `struct boot_params` with the kernel's own setup header in it.
///
/// Linux, Documentation/arch/x86/zero-page.rst and boot.rst. The header is the kernel file's; the fields that belong to the
/// boot loader are filled in as crosvm fills them in.
public struct ZeroPage: Sendable {
    /// The size of the page in bytes.
    public static let byteCount: UInt64 = 4096

    /// The most rows of the memory map that fit.
    public static let memoryMapLimit = 128

    /// Where the command line lies.
    public var commandLine: PhysicalAddress?

    /// Where the initial RAM disk lies, above 4 GiB also.
    public var initrd: PhysicalRange?

    /// Where the list of `setup_data` starts.
    public var setupData: PhysicalAddress?

    /// Where the RSDP lies; nil leaves it to the kernel to search for it below 1 MiB.
    public var rootPointer: PhysicalAddress?

    /// The memory map, in the order in which the kernel gets it.
    public var memoryMap: [E820Entry] = []

    /// The alignment that a relocatable kernel is told to keep; nil leaves the kernel's own.
    ///
    /// crosvm writes 16 MiB into it whatever the kernel asks for.
    public var kernelAlignment: UInt32? = 0x100_0000

    /// The setup header as it is in the kernel file, from offset 0x1F1 on.
    private let header: [UInt8]

    private static let headerOffset = 0x1F1

    /// Takes the setup header from a bzImage.
    ///
    /// - Throws: `GuestBootError.kernel` where the file has none.
    public init(kernel: Span<UInt8>) throws(GuestBootError) {
        guard kernel.count >= 0x268 else { throw .kernel(.truncated(byteCount: kernel.count)) }
        guard kernel.rawBytes.littleEndian32(at: 0x202) == 0x5372_6448 else { throw .kernel(.wrongMagic(offset: 0x202)) }
        // The jump instruction's displacement says where the header ends.
        let end = 0x202 + Int(kernel[0x201])
        guard end <= kernel.count, end <= 0x290 else { throw .kernel(.truncated(byteCount: kernel.count)) }
        var header: [UInt8] = []
        for index in Self.headerOffset..<end { header.append(kernel[index]) }
        self.header = header
    }

    /// A header for a kernel that has none of its own: an ELF file.
    public init() {
        header = [UInt8](repeating: 0, count: 0x268 - Self.headerOffset)
    }

    /// The page as it lies at `address`.
    ///
    /// - Throws: `GuestBootError.tooMany` for more than 128 rows of the memory map; `.tooLarge` for an initrd of 4 GiB and more;
    ///   `.misaligned` where the address is no multiple of 4 KiB.
    public func segment(at address: PhysicalAddress) throws(GuestBootError) -> GuestSegment {
        guard address.isAligned(to: 4096) else { throw .misaligned(.zeroPage, address, alignment: 4096) }
        guard memoryMap.count <= Self.memoryMapLimit else {
            throw .tooMany(.memoryMapEntries, count: memoryMap.count, limit: Self.memoryMapLimit)
        }
        var page = [UInt8](repeating: 0, count: Int(Self.byteCount))
        for (index, byte) in header.enumerated() { page[Self.headerOffset + index] = byte }
        page.store(0xAA55 as UInt16, at: 0x1FE)
        page.store(0x5372_6448 as UInt32, at: 0x202)
        // A boot loader without a number of its own.
        page[0x210] = 0xFF
        if let kernelAlignment { page.store(kernelAlignment, at: 0x230) }
        if let commandLine {
            page.store(UInt32(truncatingIfNeeded: commandLine.rawValue), at: 0x228)
            page.store(UInt32(truncatingIfNeeded: commandLine.rawValue >> 32), at: 0x0C8)
        }
        if let initrd {
            guard let count = initrd.byteCount, count <= UInt32.max else {
                throw .tooLarge(.initrd, byteCount: initrd.byteCount ?? .max, limit: UInt64(UInt32.max))
            }
            page.store(UInt32(truncatingIfNeeded: initrd.start.rawValue), at: 0x218)
            page.store(UInt32(truncatingIfNeeded: initrd.start.rawValue >> 32), at: 0x0C0)
            page.store(UInt32(count), at: 0x21C)
        }
        if let setupData { page.store(setupData.rawValue, at: 0x250) }
        if let rootPointer { page.store(rootPointer.rawValue, at: 0x070) }
        page[0x1E8] = UInt8(memoryMap.count)
        for (index, entry) in memoryMap.enumerated() {
            let offset = 0x2D0 + index * 20
            page.store(entry.start.rawValue, at: offset)
            page.store(entry.byteCount, at: offset + 8)
            page.store(entry.kind.rawValue, at: offset + 16)
        }
        return try GuestSegment(.zeroPage, at: address, page)
    }
}
