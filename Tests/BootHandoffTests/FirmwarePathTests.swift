import BootHandoff
import Testing

@Suite("Paths for the firmware")
struct FirmwarePathTests {
    private func convert(_ bytes: [UInt8]) -> [UInt16] { FirmwarePath.terminatedUTF16(bytes.span) }

    @Test func `are UTF-16 with a terminator`() {
        let path = #"\strata\kernel-ü-€-日本.elf"#
        #expect(convert(Array(path.utf8)) == Array(path.utf16) + [0])
        #expect(convert([]) == [0])
    }

    @Test func `every character of the basic plane is converted`() {
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect(convert(Array(String(scalar).utf8)) == [UInt16(value), 0])
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xE0, 0x80, 0x80], [0xF0, 0x9F, 0x98, 0x80], [0xFF],
        ] as [[UInt8]])
    func `what is malformed or too high names no file`(bytes: [UInt8]) {
        let units = convert([0x61] + bytes + [0x62])
        #expect(units.first == 0x61 && units.suffix(2) == [0x62, 0])
        #expect(units.dropFirst().dropLast(2).allSatisfy { $0 == 0xFFFD })
        #expect(units.count > 3)
    }
}
