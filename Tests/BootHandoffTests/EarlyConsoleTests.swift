import BootHandoff
import CBootInfo
import MemoryMap
import Testing

@Suite("The console's word")
struct EarlyConsoleTests {
    static let consoles: [(EarlyConsole, UInt64)] = [
        (.pl011(PhysicalAddress(0x900_0000)), 0x900_0001),
        (.port16550(0x3F8), 0xFE03),
        (.port16550(0), 3),
        (.memory16550(PhysicalAddress(0xFE00_0040), registerShift: 2, usesWords: true), 0xFE00_0072),
        (.memory16550(PhysicalAddress(0xFFFF_FFFF_FFFF_FFC0), registerShift: 0, usesWords: false), 0xFFFF_FFFF_FFFF_FFC2),
    ]

    @Test(arguments: consoles)
    func `is the documented one, and leads back`(console: EarlyConsole, word: UInt64) {
        #expect(console.word == word)
        #expect(EarlyConsole(word: word) == console)
    }

    @Test func `has the kinds of the C header`() {
        func kind(_ console: EarlyConsole) -> UInt32? { console.word.map { UInt32($0 & 7) } }
        #expect(UInt32(EarlyConsole.none) == STRATA_EARLY_CONSOLE_NONE.rawValue)
        #expect(kind(.pl011(PhysicalAddress(0x1000))) == STRATA_EARLY_CONSOLE_PL011.rawValue)
        let memory = EarlyConsole.memory16550(PhysicalAddress(0x1000), registerShift: 0, usesWords: false)
        #expect(kind(memory) == STRATA_EARLY_CONSOLE_MEMORY_16550.rawValue)
        #expect(kind(.port16550(0x3F8)) == STRATA_EARLY_CONSOLE_PORT_16550.rawValue)
    }

    @Test func `an address that does not fit has none`() {
        #expect(EarlyConsole.pl011(PhysicalAddress(0x900_0020)).word == nil)
        #expect(EarlyConsole.memory16550(PhysicalAddress(0x900_0000), registerShift: 4, usesWords: false).word == nil)
    }

    @Test(arguments: [0, 1, 2, 4, 5, 6, 7, 0x900_0009, 0xFE0B, 0x40_0003] as [UInt64])
    func `a word that no loader writes is no console`(word: UInt64) {
        #expect(EarlyConsole(word: word) == nil)
    }

    @Test func `whatever is read writes the same word again`() {
        var seed: UInt64 = 0x5EED
        for _ in 0..<100_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let word = seed >> (seed & 63)
            if let console = EarlyConsole(word: word) { #expect(console.word == word) }
        }
    }

    @Test func `registers are the page that holds them`() {
        let page = PhysicalRange(start: PhysicalAddress(0x900_1000), byteCount: 4096)
        #expect(EarlyConsole.pl011(PhysicalAddress(0x900_1FC0)).registers == page)
        #expect(EarlyConsole.port16550(0x3F8).registers == nil)
    }
}
