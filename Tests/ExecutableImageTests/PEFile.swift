import ELFFixtures
import Testing

/// Reads a PE image and loads it as firmware does; written from the specification and not from the writer.
struct PEFile {
    struct Section {
        var name: String
        var virtualByteCount: Int
        var address: Int
        var rawByteCount: Int
        var rawOffset: Int
        var characteristics: UInt32
    }

    let bytes: [UInt8]
    let optionalHeader: Int
    let sections: [Section]

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        try #require(bytes.field(at: 0, as: UInt16.self) == 0x5A4D)
        let header = Int(bytes.field(at: 60, as: UInt32.self))
        try #require(bytes.field(at: header, as: UInt32.self) == 0x4550)
        optionalHeader = header + 24
        try #require(bytes.field(at: optionalHeader, as: UInt16.self) == 0x20B)
        let table = optionalHeader + Int(bytes.field(at: header + 20, as: UInt16.self))
        sections = (0..<Int(bytes.field(at: header + 6, as: UInt16.self))).map { index in
            let place = table + 40 * index
            func field(_ offset: Int) -> Int { Int(bytes.field(at: place + offset, as: UInt32.self)) }
            return Section(
                name: String(decoding: bytes[place..<place + 8].prefix { $0 != 0 }, as: UTF8.self), virtualByteCount: field(8),
                address: field(12), rawByteCount: field(16), rawOffset: field(20), characteristics: UInt32(field(36)))
        }
    }

    func optional(_ offset: Int) -> UInt32 { bytes.field(at: optionalHeader + offset, as: UInt32.self) }

    var machine: UInt16 { bytes.field(at: optionalHeader - 20, as: UInt16.self) }
    var timeStamp: UInt32 { bytes.field(at: optionalHeader - 16, as: UInt32.self) }
    var characteristics: UInt16 { bytes.field(at: optionalHeader - 2, as: UInt16.self) }
    var entry: UInt32 { optional(16) }
    var imageBase: UInt64 { bytes.field(at: optionalHeader + 24, as: UInt64.self) }
    var sectionAlignment: Int { Int(optional(32)) }
    var fileAlignment: Int { Int(optional(36)) }
    var imageByteCount: Int { Int(optional(56)) }
    var headerByteCount: Int { Int(optional(60)) }
    var checksum: UInt32 { optional(64) }
    var subsystem: UInt16 { bytes.field(at: optionalHeader + 68, as: UInt16.self) }
    var dllCharacteristics: UInt16 { bytes.field(at: optionalHeader + 70, as: UInt16.self) }
    var relocationDirectory: (address: Int, byteCount: Int) { (Int(optional(112 + 40)), Int(optional(112 + 44))) }

    /// The checksum as it ought to be: the file in 16-bit words without the field itself, carries folded, plus the size.
    var expectedChecksum: UInt32 {
        let clean = bytes.replacing(at: optionalHeader + 64, with: UInt32(0)) + (bytes.count % 2 == 1 ? [0] : [])
        var sum: UInt32 = 0
        for index in stride(from: 0, to: clean.count, by: 2) {
            sum += UInt32(clean.field(at: index, as: UInt16.self))
            sum = (sum & 0xFFFF) + (sum >> 16)
        }
        return sum + UInt32(bytes.count)
    }

    /// The memory of the image at a base address.
    func load(at base: UInt64) throws -> [UInt8] {
        var memory = [UInt8](repeating: 0, count: imageByteCount)
        memory.replaceSubrange(0..<headerByteCount, with: bytes[..<headerByteCount])
        for section in sections {
            let count = min(section.virtualByteCount, section.rawByteCount)
            memory.replaceSubrange(
                section.address..<section.address + count, with: bytes[section.rawOffset..<section.rawOffset + count])
        }
        let directory = relocationDirectory
        var place = directory.address
        while place < directory.address + directory.byteCount {
            let page = Int(memory.field(at: place, as: UInt32.self))
            let count = Int(memory.field(at: place + 4, as: UInt32.self))
            try #require(count >= 8 && count % 4 == 0 && place + count <= directory.address + directory.byteCount)
            for entry in stride(from: place + 8, to: place + count, by: 2) {
                let field = memory.field(at: entry, as: UInt16.self)
                try #require(field == 0 || field >> 12 == 10)
                guard field >> 12 == 10 else { continue }
                let word = page + Int(field & 0xFFF)
                memory = memory.replacing(at: word, with: memory.field(at: word, as: UInt64.self) &+ (base &- imageBase))
            }
            place += count
        }
        return memory
    }
}
