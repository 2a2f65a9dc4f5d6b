import MemoryMap
import MemoryReport
import Testing
import SeededRandom

@Suite struct TextTests {
    @Test func `Decimal numbers at both ends, padded and in groups`() {
        #expect(written { $0.write(decimal: UInt64(0)) } == "0")
        #expect(written { $0.write(decimal: .max as UInt64) } == "18446744073709551615")
        #expect(written { $0.write(decimal: .max as UInt64, thousands: true) } == "18,446,744,073,709,551,615")
        #expect(written { $0.write(decimal: 999, thousands: true) } == "999")
        #expect(written { $0.write(decimal: 1000, thousands: true) } == "1,000")
        #expect(written { $0.write(decimal: UInt64(7), width: 3) } == "  7")
        #expect(written { $0.write(decimal: 7, width: 3, padding: UInt8(ascii: "0")) } == "007")
        #expect(written { $0.write(decimal: UInt64(12345), width: 3) } == "12345")
        #expect(written { $0.write(decimal: UInt64(1), width: -5) } == "1")
        #expect(written { $0.write(decimal: Int.min) } == "-9223372036854775808")
        #expect(written { $0.write(decimal: -1) } == "-1")
    }

    @Test func `Hexadecimal numbers`() {
        #expect(written { $0.write(hexadecimal: 0) } == "0x0")
        #expect(written { $0.write(hexadecimal: .max) } == "0xffffffffffffffff")
        #expect(written { $0.write(hexadecimal: 0x1A, digits: 4) } == "0x001a")
        #expect(written { $0.write(hexadecimal: 0x12345, digits: 4, prefix: false) } == "12345")
        #expect(written { $0.write(hexadecimal: 0, digits: 16) } == "0x0000000000000000")
    }

    @Test func `Numbers are those of the standard library`() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let value = random.next() >> UInt64(random.below(64))
            #expect(written { $0.write(decimal: value) } == String(value))
            #expect(written { $0.write(hexadecimal: value) } == "0x" + String(value, radix: 16))
            #expect(written { $0.write(decimal: value, thousands: true) }.replacing(",", with: "") == String(value))
        }
    }

    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1 KiB"), (1025, "1.00 KiB"), (1535, "1.49 KiB"), (1536, "1.50 KiB"),
            (159 * 4096, "636 KiB"), (264 * 4096, "1.03 MiB"), (9205 * 4096, "35.9 MiB"), (8824 * 4096, "34.4 MiB"),
            (1 << 20, "1 MiB"), (1 << 20 - 1, "1023.9 KiB"), (8 << 30, "8 GiB"), (8 << 30 + 1, "8.00 GiB"),
            (8 << 30 - 1, "7.99 GiB"),
            (10 << 30 + 1, "10.0 GiB"), (12 << 40, "12 TiB"), (1 << 50, "1 PiB"), (1 << 60, "1 EiB"), (.max, "15.9 EiB"),
            (1 << 60 + 1 << 58, "1.25 EiB"), (1 << 60 + 1, "1.00 EiB"), (1_164_450_719_652_915_445, "1.00 EiB"),
            (1_164_450_719_652_915_446, "1.01 EiB"),
        ] as [(UInt64, String)])
    func `Sizes are rounded down, and whole ones have no decimals`(size: UInt64, text: String) {
        #expect(written { $0.write(size: size) } == text)
    }

    @Test func `A size is never above the amount, and at most a unit of its last digit below`() throws {
        var random = SeededGenerator(seed: 5)
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        for _ in 0..<5000 {
            let size = random.next() >> UInt64(random.below(64))
            let parts = written { $0.write(size: size) }.split(separator: " ")
            let digits = parts[0].split(separator: ".")
            let decimals = digits.count > 1 ? digits[1].count : 0
            let value = try #require(UInt128(digits.joined()))
            let unit = UInt128(1) << UInt128(10 * (try #require(units.firstIndex(of: String(parts[1])))))
            let scale: UInt128 = decimals == 0 ? 1 : decimals == 1 ? 10 : 100
            #expect(value * unit <= UInt128(size) * scale)
            #expect((value + 1) * unit > UInt128(size) * scale)
            #expect((decimals == 0) == (UInt128(size) % unit == 0))
        }
    }

    @Test func `Page counts that are too many for bytes still have a size`() {
        #expect(written { $0.write(size: PageCount.zero) } == "0 B")
        #expect(written { $0.write(size: PageCount(1)) } == "4 KiB")
        #expect(written { $0.write(size: PageCount.addressSpace) } == "16 EiB")
        #expect(written { $0.write(size: PageCount(1 << 52 - 1)) } == "15.9 EiB")
        #expect(written { $0.write(size: PageCount(.max)) } == "16383.9 EiB")
    }

    @Test func `Fields are padded, and cut off at their capacity`() {
        #expect(written { $0.write("ab", width: 5) } == "ab   ")
        #expect(written { $0.write("ab", width: 5, alignment: .right) } == "   ab")
        #expect(written { $0.write("abcdef", width: 3) } == "abcdef")
        var field = TextField()
        field.write(UInt8(ascii: "x"), count: 100)
        #expect(field.count == TextField.capacity)
        #expect(written { $0.write(field) } == String(repeating: "x", count: 64))
    }

    @Test func `Characters of every length come out as UTF-8`() {
        for scalar in ["a", "é", "€", "\u{FFFF}", "😀", "\u{10FFFF}"] as [Unicode.Scalar] {
            #expect(written { $0.write(scalar: scalar) } == String(scalar))
        }
        #expect(written { $0.write("Grüße, 世界") } == "Grüße, 世界")
    }

    @Test func `Types and attributes in words`() {
        #expect(written { $0.write(MemoryType.acpiNVS) } == "ACPINVS")
        #expect(written { $0.write(MemoryType(0x7000_0001)) } == "OEM 0x70000001")
        #expect(written { $0.write(MemoryType(0xFFFF_FFFF)) } == "OS 0xffffffff")
        #expect(written { $0.write(MemoryType(16)) } == "Unknown 0x10")
        #expect(written { $0.write(MemoryAttributes.allCachePolicies) } == "0xf [UC|WC|WT|WB]")
        #expect(written { $0.write([] as MemoryAttributes) } == "0x0")
        #expect(written { $0.write([.runtime, .uncacheable] as MemoryAttributes) } == "0x8000000000000001 [UC|RUN]")
        let odd = MemoryAttributes(rawValue: 0x4000_3000_0000_0028)
        #expect(written { $0.write(odd) } == "0x4000300000000028 [WB|ISA|field=0x3|unknown=0x20]")
        #expect(written { $0.write(MemoryAttributes(rawValue: 0x20)) } == "0x20 [unknown=0x20]")
    }

    @Test(
        arguments: [
            (.descriptorSize(-8), "the descriptor size is below 40 or no multiple of 8: -8"),
            (.descriptorVersion(2), "the descriptor version is not 1: 2"), (.empty, "the memory map has no descriptors"),
            (.truncated(offset: 96, byteCount: 5), "the memory map ends inside a descriptor at byte 96, which has only 5 bytes"),
            (.zeroPages(offset: 48, start: PhysicalAddress(0x1000)), "a descriptor has no pages at byte 48, address 0x1000"),
            (
                .wraps(offset: 0, start: PhysicalAddress(0x1000), pages: PageCount(.max)),
                "a descriptor reaches past the end of the address space at byte 0, address 0x1000, pages 0xffffffffffffffff"
            ),
            (
                .overlap(offset: 96, other: 48, at: PhysicalAddress(0x7F0_0000)),
                "two descriptors describe the same memory at byte 48 and at byte 96, address 0x7f00000"
            ),
            (
                .regionsOverlap(index: 3, other: 1, at: PhysicalAddress(0x2000)),
                "two regions describe the same memory: numbers 1 and 3, address 0x2000"
            ),
        ] as [(MemoryMapError, String)])
    func `Errors say what and where`(error: MemoryMapError, text: String) {
        #expect(written { $0.write(error) } == text)
    }
}
