/// Writes a PE32+ image: sections that lie one after the other, each with its own permissions, and base relocations.
///
/// The same input gives the same bytes: nothing in the image tells when or where it was made.
///
/// Specification: Microsoft PE/COFF; UEFI 2.10, section 2.1.1.
public struct PEImageBuilder {
    /// The alignment of section data in the file, in bytes.
    public static let fileAlignment: UInt32 = 512

    public let machine: PEMachine

    public let subsystem: PESubsystem

    /// The alignment of sections in memory in bytes: a power of two of at least 4096.
    public let sectionAlignment: UInt32

    /// The address of the first instruction, relative to the image base.
    public let entry: UInt32

    /// The sections in ascending order, without the `.reloc` section that `build` adds.
    public private(set) var sections: [PESection] = []

    /// The addresses, relative to the image base, of the 8-byte words that hold an address.
    public private(set) var relocations: [UInt32] = []

    public init(machine: PEMachine, subsystem: PESubsystem, sectionAlignment: UInt32 = 4096, entry: UInt32) {
        self.machine = machine
        self.subsystem = subsystem
        self.sectionAlignment = max(4096, sectionAlignment)
        self.entry = entry
    }

    /// Adds a section above those that are there; memory between the two becomes part of the lower one, so that no page of
    /// the image is without a section.
    ///
    /// - Throws: `PEImageError.badSection` where the section is empty, not aligned, below the end of the one before it, or
    ///   has more bytes in the file than in memory; `.tooLarge` where it passes 1 GiB.
    public mutating func append(_ section: PESection) throws(PEImageError) {
        let (end, overflow) = section.address.addingReportingOverflow(section.byteCount)
        guard !overflow, end <= Self.addressLimit else {
            throw .tooLarge(byteCount: UInt64(section.address) + UInt64(section.byteCount))
        }
        guard section.byteCount > 0, section.contents.count <= Int(section.byteCount), section.address % sectionAlignment == 0
        else { throw .badSection(address: section.address) }
        if let last = sections.last {
            guard section.address >= last.address + last.byteCount else { throw .badSection(address: section.address) }
            let gapStart = Self.round(last.address + last.byteCount, up: sectionAlignment)
            if gapStart < section.address { sections[sections.count - 1].byteCount = section.address - last.address }
        } else {
            guard section.address >= sectionAlignment else { throw .badSection(address: section.address) }
        }
        sections.append(section)
    }

    /// Says that the 8 bytes at `address` hold an address of the image as it lies at base 0.
    public mutating func appendRelocation(at address: UInt32) { relocations.append(address) }

    /// No section that is appended reaches beyond this address: with that, and with the relocations of so large an image behind
    /// it, nothing on 32-bit addresses below can overflow.
    static let addressLimit: UInt32 = 1 << 30

    static func round(_ value: UInt32, up alignment: UInt32) -> UInt32 {
        (value + (alignment - 1)) & ~(alignment - 1)
    }

    /// The bytes of the image.
    ///
    /// - Throws: `PEImageError`; see its cases.
    /// - Complexity: O(*n* + *r* log *r*) for an image of *n* bytes with *r* relocations.
    public func build() throws(PEImageError) -> [UInt8] {
        guard let last = sections.last else { throw .badSection(address: 0) }
        guard
            sections.contains(where: {
                $0.permissions.contains(.execute) && entry >= $0.address && entry - $0.address < UInt32($0.contents.count)
            })
        else { throw .entryOutsideCode(address: entry) }
        var layout = sections
        let blocks = try baseRelocationBlocks()
        layout.append(
            PESection(
                name: ".reloc", address: Self.round(last.address + last.byteCount, up: sectionAlignment),
                byteCount: UInt32(blocks.count), contents: blocks, permissions: .read, isDiscardable: true))
        let headers = PEHeaderWriter(builder: self, sections: layout)
        guard headers.byteCount <= sections[0].address else { throw .tooManySections(count: layout.count) }
        return headers.image()
    }

    /// The contents of the `.reloc` section: one block a page. Without relocations it holds one block of two entries that
    /// mean nothing: an empty table would tell some firmware that the image cannot be moved.
    private func baseRelocationBlocks() throws(PEImageError) -> [UInt8] {
        guard !relocations.isEmpty else {
            var block = ByteWriter()
            block.append(sections[0].address)
            block.append(UInt32(12))
            block.append(UInt32(0))
            return block.bytes
        }
        let sorted = relocations.sorted()
        var writer = ByteWriter()
        var section = 0
        var index = 0
        while index < sorted.count {
            let page = sorted[index] & ~0xFFF
            var end = index
            while end < sorted.count, sorted[end] & ~0xFFF == page {
                let address = sorted[end]
                guard end == 0 || address - sorted[end - 1] >= 8 else { throw .overlappingRelocations(address: address) }
                while section + 1 < sections.count, sections[section + 1].address <= address { section += 1 }
                let start = sections[section].address
                guard address >= start, UInt64(address - start) + 8 <= UInt64(sections[section].contents.count) else {
                    throw .relocationOutsideContents(address: address)
                }
                end += 1
            }
            let isPadded = (end - index) % 2 == 1
            writer.append(page)
            writer.append(UInt32(8 + 2 * (end - index + (isPadded ? 1 : 0))))
            for address in sorted[index..<end] { writer.append(UInt16(10 << 12) | UInt16(address & 0xFFF)) }
            if isPadded { writer.append(UInt16(0)) }
            index = end
        }
        return writer.bytes
    }
}
