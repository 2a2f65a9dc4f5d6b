import MemoryMap

extension PEImageBuilder {
    /// Takes over the segments, the relocations and the entry point of a position-independent ELF image.
    ///
    /// The segments keep their distances from one another; the lowest one comes right after the headers. Words that are
    /// relocated get their addends, which ELF keeps apart, as PE wants them in place.
    ///
    /// - Throws: `PEImageError.fixedAddress`, `.alignmentTooLarge`, `.tooLarge`, `.sharedPage` or `.relocationOutsideImage`.
    public init(converting elf: borrowing ELFImage, subsystem: PESubsystem) throws(PEImageError) {
        guard elf.kind == .positionIndependent else { throw .fixedAddress }
        let alignment = elf.alignment
        let base = elf.segment(at: 0).start.alignedDown(to: alignment).rawValue
        guard alignment <= 1 << 24 else { throw .alignmentTooLarge(alignment) }
        guard elf.byteCount < UInt64(Self.addressLimit) else { throw .tooLarge(byteCount: elf.byteCount) }

        // The headers take less than a page.
        let distance = alignment
        self.init(
            machine: elf.machine == .x86_64 ? .x86_64 : .aarch64, subsystem: subsystem, sectionAlignment: UInt32(alignment),
            entry: UInt32(elf.entry.rawValue - base + distance))
        for section in try Self.sections(of: elf, base: base, distance: distance, alignment: alignment) { try append(section) }
        for index in 0..<elf.relocationCount {
            appendRelocation(at: UInt32(elf.relocation(at: index).offset.rawValue - base + distance))
        }
    }

    private static func sections(
        of elf: borrowing ELFImage, base: UInt64, distance: UInt64, alignment: UInt64
    ) throws(PEImageError) -> [PESection] {
        var sections: [PESection] = []
        for index in 0..<elf.segmentCount {
            let segment = elf.segment(at: index)
            let start = UInt32(segment.start.alignedDown(to: alignment).rawValue - base + distance)
            let lead = Int(segment.start.rawValue & (alignment - 1))
            let bytes = elf.bytes(of: segment)
            if let last = sections.last, start < round(last.address + last.byteCount, up: UInt32(alignment)) {
                guard last.permissions == segment.permissions else {
                    throw .sharedPage(page: segment.start.alignedDown(to: alignment).rawValue, sectionAlignment: alignment)
                }
                let target = sections.count - 1
                let offset = Int(start - last.address) + lead
                sections[target].byteCount = UInt32(offset) + UInt32(segment.byteCount)
                sections[target].fill(with: bytes, at: offset)
            } else {
                var section = PESection(
                    name: name(for: segment.permissions), address: start, byteCount: UInt32(lead) + UInt32(segment.byteCount),
                    contents: [], permissions: segment.permissions)
                section.fill(with: bytes, at: lead)
                sections.append(section)
            }
        }
        try putAddends(of: elf, into: &sections, base: base, distance: distance)
        return sections
    }

    private static func name(for permissions: SegmentPermissions) -> StaticString {
        if permissions.contains(.execute) { return ".text" }
        return permissions.contains(.write) ? ".data" : ".rodata"
    }

    private static func putAddends(
        of elf: borrowing ELFImage, into sections: inout [PESection], base: UInt64, distance: UInt64
    ) throws(PEImageError) {
        for index in 0..<elf.relocationCount {
            let relocation = elf.relocation(at: index)
            let address = UInt32(relocation.offset.rawValue - base + distance)
            // One address past the end is what the end of an array looks like.
            guard relocation.addend >= base, relocation.addend - base <= elf.imageRange.last.rawValue - base + 1 else {
                throw .relocationOutsideImage(offset: relocation.offset.rawValue, addend: relocation.addend)
            }
            guard let target = sections.lastIndex(where: { $0.address <= address }) else {
                throw .relocationOutsideContents(address: address)
            }
            sections[target].put(relocation.addend - base + distance, at: Int(address - sections[target].address))
        }
    }
}

extension PESection {
    /// Puts bytes at an offset, with zeros before them where nothing was yet.
    fileprivate mutating func fill(with bytes: RawSpan, at offset: Int) {
        guard bytes.byteCount > 0 else { return }
        grow(to: offset)
        contents.reserveCapacity(offset + bytes.byteCount)
        for index in bytes.byteOffsets { contents.append(bytes.byte(at: index)) }
    }

    /// Puts a word at an offset, which may lie in memory that the file had no bytes for.
    fileprivate mutating func put(_ word: UInt64, at offset: Int) {
        grow(to: offset + 8)
        for index in 0..<8 { contents[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }

    private mutating func grow(to count: Int) {
        if contents.count < count { contents.append(contentsOf: repeatElement(0, count: count - contents.count)) }
    }
}
