/// Lays out the file and writes headers, section data and the checksum.
struct PEHeaderWriter {
    private static let dosHeaderByteCount = 64
    private static let optionalHeaderByteCount = 240
    private static let checksumOffset = dosHeaderByteCount + 4 + 20 + 64

    private let builder: PEImageBuilder

    /// All sections; the last one is `.reloc`.
    private let sections: [PESection]

    init(builder: PEImageBuilder, sections: [PESection]) {
        self.builder = builder
        self.sections = sections
    }

    /// The size of all headers in the file (`SizeOfHeaders`), a multiple of the file alignment.
    var byteCount: UInt32 {
        let exact = Self.dosHeaderByteCount + 4 + 20 + Self.optionalHeaderByteCount + 40 * sections.count
        return PEImageBuilder.round(UInt32(exact), up: PEImageBuilder.fileAlignment)
    }

    func image() -> [UInt8] {
        var writer = ByteWriter()
        writeDOSHeader(to: &writer)
        writeFileHeader(to: &writer)
        writeOptionalHeader(to: &writer)
        writeSectionHeaders(to: &writer)
        writer.pad(to: Int(byteCount))
        for section in sections {
            writer.append(section.contents)
            writer.pad(to: Int(PEImageBuilder.round(UInt32(writer.bytes.count), up: PEImageBuilder.fileAlignment)))
        }
        writer.replace(at: Self.checksumOffset, with: Self.checksum(of: writer.bytes))
        return writer.bytes
    }

    private func writeDOSHeader(to writer: inout ByteWriter) {
        writer.append(UInt16(0x5A4D))
        writer.pad(to: 60)
        writer.append(UInt32(Self.dosHeaderByteCount))
    }

    private func writeFileHeader(to writer: inout ByteWriter) {
        writer.append(UInt32(0x0000_4550))
        writer.append(builder.machine.rawValue)
        writer.append(UInt16(sections.count))
        // No time stamp, no symbols.
        writer.append(UInt32(0))
        writer.append(UInt32(0))
        writer.append(UInt32(0))
        writer.append(UInt16(Self.optionalHeaderByteCount))
        // IMAGE_FILE_EXECUTABLE_IMAGE, IMAGE_FILE_LARGE_ADDRESS_AWARE.
        writer.append(UInt16(0x0022))
    }

    private func writeOptionalHeader(to writer: inout ByteWriter) {
        let relocations = sections[sections.count - 1]
        writer.append(UInt16(0x020B))
        writer.append(UInt16(0))
        writer.append(rawByteCount { $0.permissions.contains(.execute) })
        writer.append(rawByteCount { !$0.permissions.contains(.execute) })
        writer.append(uninitializedByteCount)
        writer.append(builder.entry)
        writer.append(sections.first { $0.permissions.contains(.execute) }?.address ?? 0)
        // The image base is 0: the firmware relocates the image wherever it loads it.
        writer.append(UInt64(0))
        writer.append(builder.sectionAlignment)
        writer.append(PEImageBuilder.fileAlignment)
        // Versions of operating system, image and subsystem, and a reserved field.
        writer.pad(to: writer.bytes.count + 16)
        writer.append(PEImageBuilder.round(relocations.address + relocations.byteCount, up: builder.sectionAlignment))
        writer.append(byteCount)
        // The checksum, put in when everything else is there.
        writer.append(UInt32(0))
        writer.append(builder.subsystem.rawValue)
        // IMAGE_DLLCHARACTERISTICS_NX_COMPAT: writable memory need not be executable.
        writer.append(UInt16(0x0100))
        // Stack and heap sizes, loader flags: not used by firmware.
        writer.pad(to: writer.bytes.count + 36)
        writer.append(UInt32(16))
        for directory in 0..<16 {
            writer.append(directory == 5 ? relocations.address : 0)
            writer.append(directory == 5 ? relocations.byteCount : 0)
        }
    }

    private func writeSectionHeaders(to writer: inout ByteWriter) {
        var offset = byteCount
        for section in sections {
            let rawByteCount = Self.rawByteCount(of: section)
            writer.append(section.name, fieldOf: 8)
            writer.append(section.byteCount)
            writer.append(section.address)
            writer.append(rawByteCount)
            writer.append(rawByteCount == 0 ? 0 : offset)
            writer.pad(to: writer.bytes.count + 12)
            writer.append(section.characteristics)
            offset += rawByteCount
        }
    }

    private static func rawByteCount(of section: PESection) -> UInt32 {
        PEImageBuilder.round(UInt32(section.contents.count), up: PEImageBuilder.fileAlignment)
    }

    private func rawByteCount(where isCounted: (PESection) -> Bool) -> UInt32 {
        var sum: UInt32 = 0
        for section in sections where isCounted(section) { sum += Self.rawByteCount(of: section) }
        return sum
    }

    private var uninitializedByteCount: UInt32 {
        var sum: UInt32 = 0
        for section in sections where section.contents.isEmpty {
            sum += PEImageBuilder.round(section.byteCount, up: PEImageBuilder.fileAlignment)
        }
        return sum
    }

    /// The sum of all 16-bit words with the carries added back in, plus the size of the file.
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        var sum: UInt64 = 0
        var index = 0
        while index + 1 < bytes.count {
            sum += UInt64(bytes[index]) | UInt64(bytes[index + 1]) << 8
            index += 2
        }
        if index < bytes.count { sum += UInt64(bytes[index]) }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
        return UInt32(sum) + UInt32(bytes.count)
    }
}
