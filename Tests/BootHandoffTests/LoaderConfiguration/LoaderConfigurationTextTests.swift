import BootHandoff
import Testing
import SeededRandom

/// What is written is read as the same, and what could not be is not written.
@Suite struct LoaderConfigurationTextTests {
    private func parse(_ bytes: [UInt8]) throws(LoaderConfigurationError) -> LoaderConfiguration {
        try LoaderConfiguration(parsing: unsafe bytes.span.bytes)
    }

    private func random(using generator: inout SeededGenerator) -> LoaderConfiguration {
        let letters = Array("abzAZ019.-_ é日".unicodeScalars)
        func path() -> [UInt8] {
            var path = ""
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                path += "\\"
                for _ in 0..<Int.random(in: 0...8, using: &generator) {
                    path.unicodeScalars.append(letters.randomElement(using: &generator) ?? "a")
                }
                path += "e"
            }
            return Array(path.utf8)
        }
        var configuration = LoaderConfiguration()
        if generator.oneIn(2) { configuration.kernel = path() }
        if generator.oneIn(2) { configuration.checksum = path() }
        if generator.oneIn(2) { configuration.initrd = path() }
        if generator.oneIn(2) { configuration.commandLine = Array("x=1 # \"y\"\t= ü😀".utf8) }
        if generator.oneIn(2) { configuration.verification = .optional }
        if generator.oneIn(2) {
            configuration.resolution = .init(
                width: .random(in: 1...(.max), using: &generator), height: .random(in: 1...(.max), using: &generator))
        }
        let injections: [LoaderConfiguration.Injection] = [
            .mapChanges(.random(in: 1...(.max), using: &generator)), .badMagic, .badVersion, .badPointer,
        ]
        configuration.injections = injections.shuffled(using: &generator).filter { _ in generator.oneIn(2) }
        return configuration
    }

    @Test func theDefaultsAreWrittenInOneLine() throws {
        #expect(try LoaderConfiguration().text == Array("kernel = \\strata\\kernel.elf\n".utf8))
    }

    @Test func randomConfigurationsSurviveTheRoundTrip() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let configuration = random(using: &generator)
            #expect(try parse(configuration.text) == configuration)
        }
    }

    @Test func whatTheFileCannotSayIsNotWritten() {
        func expectRefusal(_ reason: LoaderConfigurationError.Reason, _ change: (inout LoaderConfiguration) -> Void) {
            var configuration = LoaderConfiguration()
            change(&configuration)
            let error = #expect(throws: LoaderConfigurationError.self) { try configuration.text }
            #expect(error?.reason == reason)
        }
        expectRefusal(.unwritable) { $0.commandLine = Array(" x".utf8) }
        expectRefusal(.unwritable) { $0.commandLine = Array("x\t".utf8) }
        expectRefusal(.unwritable) { $0.commandLine = Array("x\nverify = optional".utf8) }
        expectRefusal(.unwritable) { $0.commandLine = Array("x\n#".utf8) }
        expectRefusal(.unwritable) { $0.kernel += Array(" ".utf8) }
        expectRefusal(.missingEquals) { $0.commandLine = Array("x\ny".utf8) }
        expectRefusal(.controlCharacter(0)) { $0.commandLine = [0x41, 0] }
        expectRefusal(.invalidUTF8(byte: 0xFF)) { $0.commandLine = [0xFF] }
        expectRefusal(.relativePath) { $0.initrd = Array("initrd".utf8) }
        expectRefusal(.emptyValue) { $0.kernel = [] }
        expectRefusal(.unknownValue) { $0.resolution = .init(width: 0, height: 600) }
        expectRefusal(.unknownValue) { $0.injections = [.mapChanges(0)] }
        expectRefusal(.duplicate(first: 2)) { $0.injections = [.badMagic, .badMagic] }
        expectRefusal(.valueTooLong(byteCount: 5000, limit: 4096)) { $0.commandLine = [UInt8](repeating: 0x78, count: 5000) }
    }

    /// Files with any one byte changed, cut anywhere, or made of random bytes are read or refused; those that are read can
    /// be written, and mean the same again.
    @Test func damagedFilesNeverTrap() throws {
        var generator = SeededGenerator(seed: 12)
        func check(_ bytes: [UInt8]) throws {
            let configuration: LoaderConfiguration
            do throws(LoaderConfigurationError) {
                configuration = try parse(bytes)
            } catch {
                #expect(error.line >= 1 && (0...bytes.count).contains(error.offset))
                return
            }
            #expect(String(validating: bytes, as: UTF8.self) != nil)
            #expect(try parse(configuration.text) == configuration)
        }
        for _ in 0..<3 {
            let bytes = try random(using: &generator).text
            for offset in bytes.indices {
                try check(Array(bytes[..<offset]))
                for value in [0, 9, 10, 13, 32, 35, 46, 61, 92, 120, 127, 128, 0xC2, 0xE2, 0xF0, 0xFF] as [UInt8] {
                    var damaged = bytes
                    damaged[offset] = value
                    try check(damaged)
                }
            }
        }
        let alphabet = Array("kernel=\\.x#\n\r \tverifyinjectbad-magic:12\u{FEFF}é".utf8) + [0, 0x80, 0xFF]
        for _ in 0..<5000 {
            let count = Int.random(in: 0...60, using: &generator)
            try check((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 })
        }
    }
}
