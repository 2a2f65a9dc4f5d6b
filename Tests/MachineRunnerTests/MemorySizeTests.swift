import MachineRunner
import Testing

@Suite("Memory sizes")
struct MemorySizeTests {
    @Test(arguments: [
        ("128M", 128, "128M"), ("2G", 2048, "2G"), ("512MiB", 512, "512M"), ("1gb", 1024, "1G"), ("134217728", 128, "128M"),
        ("65536k", 64, "64M"), ("1T", 1_048_576, "1T"), ("67108864b", 64, "64M"),
    ])
    func reads(text: String, mebibytes: Int, description: String) throws {
        let size = try MemorySize(text)
        #expect(size.byteCount == UInt64(mebibytes) << 20)
        #expect(size.description == description)
    }

    @Test(arguments: ["", "M", "12X", "-1G", "1.5G", "1 G", "0x10M", "1Gib1", "1bb", "1bib", "١٢٨M", "1iB", "512MM"])
    func refusesWhatIsNoSize(text: String) {
        #expect(throws: MemorySize.Invalid.notASize(text)) { try MemorySize(text) }
    }

    @Test func refusesSizesOutOfRange() {
        #expect(throws: MemorySize.Invalid.unitMissing(512)) { try MemorySize("512") }
        #expect(throws: MemorySize.Invalid.tooSmall(3072)) { try MemorySize("3K") }
        #expect(throws: MemorySize.Invalid.tooSmall(0)) { try MemorySize("0G") }
        #expect(throws: MemorySize.Invalid.tooLarge("99999999T")) { try MemorySize("99999999T") }
        #expect(throws: MemorySize.Invalid.tooLarge("18446744073709551616")) { try MemorySize("18446744073709551616") }
        #expect(throws: MemorySize.Invalid.notWholeMebibytes((128 << 20) + 1024)) { try MemorySize("131073K") }
    }

    @Test func tellsWhoForgotTheUnit() {
        #expect(MemorySize.Invalid.unitMissing(512).description.contains("512M"))
    }
}
