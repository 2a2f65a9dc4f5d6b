import MemoryMap

/// The pieces of an ELF executable that are loaded, at their physical addresses.
///
/// System V ABI, chapter 5. What the file clears beyond its bytes needs no piece: memory is zero when a guest starts.
enum ELFSegments {
    struct Piece {
        var address: PhysicalAddress

        /// The piece's bytes in the file, at least one. Files can name the same ones in many pieces: they are copied only once it is
        /// known that there is a place for them.
        var bytes: Range<Int>
    }

    /// - Throws: `GuestBootError.kernel` with what is wrong.
    static func pieces(of file: [UInt8]) throws(GuestBootError) -> [Piece] {
        let bytes = file.span.rawBytes
        guard let magic = bytes.littleEndian(UInt32.self, at: 0), let kind = bytes.littleEndian(UInt16.self, at: 4) else {
            throw .kernel(.truncated(byteCount: file.count))
        }
        guard magic == 0x464C_457F else { throw .kernel(.wrongMagic(offset: 0)) }
        // Little-endian, of 32 or of 64 bits.
        guard kind == 0x0101 || kind == 0x0102 else { throw .kernel(.wrongMagic(offset: 4)) }
        let is64Bit = kind == 0x0102
        func word(_ at64: Int, _ at32: Int) -> UInt64? {
            is64Bit ? bytes.littleEndian(UInt64.self, at: at64) : bytes.littleEndian(UInt32.self, at: at32).map(UInt64.init)
        }
        guard let table = word(0x20, 0x1C), let size = bytes.littleEndian(UInt16.self, at: is64Bit ? 0x36 : 0x2A),
            let count = bytes.littleEndian(UInt16.self, at: is64Bit ? 0x38 : 0x2C), let table = Int(exactly: table),
            table <= file.count
        else { throw .kernel(.truncated(byteCount: file.count)) }
        guard size >= (is64Bit ? 56 : 32) else { throw .kernel(.wrongMagic(offset: is64Bit ? 0x36 : 0x2A)) }
        var pieces: [Piece] = []
        for index in 0..<Int(count) {
            let header = table + index * Int(size)
            guard let type = bytes.littleEndian(UInt32.self, at: header), let offset = word(header + 8, header + 4),
                let address = word(header + 24, header + 12), let stored = word(header + 32, header + 16)
            else { throw .kernel(.badSegment(offset: header)) }
            guard type == 1, stored > 0 else { continue }
            guard let start = Int(exactly: offset), let count = Int(exactly: stored), start <= file.count,
                count <= file.count - start
            else { throw .kernel(.badSegment(offset: header)) }
            pieces.append(Piece(address: PhysicalAddress(address), bytes: start..<start + count))
        }
        return pieces
    }
}
