/// Makes executable images for tests, field by field.
public struct PEFixture {
    public struct Part {
        public var name: String
        public var start: UInt32
        public var size: UInt32
        public var contents: [UInt8]
        public var flags: UInt32

        public init(name: String, start: UInt32, size: UInt32, contents: [UInt8], flags: UInt32) {
            self.name = name
            self.start = start
            self.size = size
            self.contents = contents
            self.flags = flags
        }
    }

    public var is64Bit = true
    public var base: UInt64 = 0x1_4000_0000
    public var characteristics: UInt16 = 0x22
    public var libraryCharacteristics: UInt16 = 0x160
    public var sectionAlignment: UInt32 = 0x1000
    public var fileAlignment: UInt32 = 0x200
    public var relocations: (start: UInt32, size: UInt32) = (0x5000, 12)
    public var parts: [Part] = [
        Part(name: ".text", start: 0x1000, size: 0x1800, contents: Array(repeating: 0x90, count: 0x1800), flags: 0x6000_0020),
        Part(name: ".data", start: 0x3000, size: 0x1200, contents: [1, 2, 3], flags: 0xC000_0040),
        Part(
            name: ".reloc", start: 0x5000, size: 12, contents: [0, 0x30, 0, 0, 12, 0, 0, 0, 0x08, 0xA0, 0, 0],
            flags: 0x4200_0040),
        Part(name: ".share", start: 0x6000, size: 8, contents: [], flags: 0xD000_0040),
    ]

    public init() {}

    public static let signature = 0x80
    public var optional: Int { Self.signature + 24 }
    public var optionalSize: Int { is64Bit ? 240 : 224 }
    public var headers: Int { optional + optionalSize }

    public var bytes: [UInt8] {
        let headerSize = 0x400
        var file = [UInt8](repeating: 0, count: headerSize)
        func put(_ value: UInt64, _ size: Int, at offset: Int) {
            for index in 0..<size { file[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
        }
        put(0x5A4D, 2, at: 0)
        put(UInt64(Self.signature), 4, at: 0x3C)
        put(0x4550, 4, at: Self.signature)
        put(is64Bit ? 0x8664 : 0x14C, 2, at: Self.signature + 4)
        put(UInt64(parts.count), 2, at: Self.signature + 6)
        put(UInt64(optionalSize), 2, at: Self.signature + 20)
        put(UInt64(characteristics), 2, at: Self.signature + 22)
        put(is64Bit ? 0x20B : 0x10B, 2, at: optional)
        put(0x1000, 4, at: optional + 16)
        if is64Bit { put(base, 8, at: optional + 24) } else { put(base, 4, at: optional + 28) }
        put(UInt64(sectionAlignment), 4, at: optional + 32)
        put(UInt64(fileAlignment), 4, at: optional + 36)
        let last = parts.map { $0.start + $0.size }.max() ?? 0x1000
        put(UInt64((last + 0xFFF) & ~0xFFF), 4, at: optional + 56)
        put(UInt64(headerSize), 4, at: optional + 60)
        put(UInt64(libraryCharacteristics), 2, at: optional + 70)
        let directories = optional + (is64Bit ? 112 : 96)
        put(16, 4, at: directories - 4)
        put(UInt64(relocations.start), 4, at: directories + 40)
        put(UInt64(relocations.size), 4, at: directories + 44)
        for (index, part) in parts.enumerated() {
            let header = headers + index * 40
            for (position, byte) in part.name.utf8.enumerated() { file[header + position] = byte }
            put(UInt64(part.size), 4, at: header + 8)
            put(UInt64(part.start), 4, at: header + 12)
            let rawSize = (part.contents.count + 0x1FF) & ~0x1FF
            put(UInt64(rawSize), 4, at: header + 16)
            put(UInt64(part.contents.isEmpty ? 0 : file.count), 4, at: header + 20)
            put(UInt64(part.flags), 4, at: header + 36)
            file += part.contents + [UInt8](repeating: 0, count: rawSize - part.contents.count)
        }
        return file
    }

    public mutating func make32Bit() {
        is64Bit = false
        base = 0x40_0000
    }
}
