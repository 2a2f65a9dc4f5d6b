import Display

/// A small writer of PNG files: true colour, without compression (stored deflate blocks). RFC 2083, RFC 1950, RFC 1951.
enum PNG {
    /// The file's bytes for a buffer in the format `bgrx`.
    static func encode(_ buffer: PixelBuffer) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(buffer.height * (buffer.width * 3 + 1))
        for y in 0..<buffer.height {
            rows.append(0)  // no filter
            for x in 0..<buffer.width {
                let word = buffer.pixels[y * buffer.width + x]
                rows += [UInt8(word >> 16 & 0xFF), UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)]
            }
        }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        chunk("IHDR", bigEndian(UInt32(buffer.width)) + bigEndian(UInt32(buffer.height)) + [8, 2, 0, 0, 0], to: &file)
        chunk("IDAT", zlib(rows), to: &file)
        chunk("IEND", [], to: &file)
        return file
    }

    private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 0xFFFF, bytes.count)
            let count = UInt16(end - start)
            stream.append(end == bytes.count ? 1 : 0)
            stream += [UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
            stream += bytes[start..<end]
            start = end
        } while start < bytes.count
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + bigEndian(b << 16 | a)
    }

    private static func chunk(_ name: String, _ data: [UInt8], to file: inout [UInt8]) {
        let body = Array(name.utf8) + data
        var crc: UInt32 = .max
        for byte in body { crc = table[Int(UInt8(crc & 0xFF) ^ byte)] ^ (crc >> 8) }
        file += bigEndian(UInt32(data.count)) + body + bigEndian(~crc)
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
