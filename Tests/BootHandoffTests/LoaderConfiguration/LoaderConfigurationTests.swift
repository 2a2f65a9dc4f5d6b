import BootHandoff
import Testing

/// A configuration means what it says, or is refused with the line at fault.
@Suite struct LoaderConfigurationTests {
    typealias Reason = LoaderConfigurationError.Reason

    private func parse(_ bytes: [UInt8]) throws(LoaderConfigurationError) -> LoaderConfiguration {
        try LoaderConfiguration(parsing: unsafe bytes.span.bytes)
    }

    private func parse(_ text: String) throws(LoaderConfigurationError) -> LoaderConfiguration {
        try parse(Array(text.utf8))
    }

    private func expectRefusal(
        of text: String, _ reason: Reason, line: Int, at offset: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = LoaderConfigurationError(reason, line: line, offset: offset)
        #expect(throws: error, sourceLocation: sourceLocation) { try parse(text) }
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test(arguments: ["", "\n", "# only this", "\u{FEFF}", "\u{FEFF}\r\n  \t\r\n", "   # one\n\t#two = 2\n"])
    func nothingMeansTheDefaults(file: String) throws {
        let configuration = try parse(file)
        #expect(configuration == LoaderConfiguration())
        #expect(text(configuration.kernel) == #"\strata\kernel.elf"#)
        #expect(text(configuration.checksumPath) == #"\strata\kernel.elf.sha256"#)
        #expect(configuration.verification == .required)
        #expect(configuration.initrd == nil && configuration.resolution == nil)
        #expect(configuration.commandLine.isEmpty && configuration.injections.isEmpty)
    }

    @Test(arguments: ["\n", "\r\n"], ["", "\u{FEFF}"]) func everyKeyIsRead(lineEnd: String, mark: String) throws {
        let lines = [
            "# Boot the tests.", "", #"kernel=\boot\kernel é.elf"#, #"  checksum  =  \boot\sums\kernel.txt  "#,
            "\tinitrd\t=\t\\boot\\initrd.img\t", "cmdline = a=b # c  \"d\" \t ü", "verify = optional",
            "resolution = 1280x800", "inject = map-changes:3", "inject = bad-pointer", "inject = bad-magic",
            "inject = bad-version",
        ]
        for last in ["", lineEnd] {
            let configuration = try parse(mark + lines.joined(separator: lineEnd) + last)
            #expect(text(configuration.kernel) == #"\boot\kernel é.elf"#)
            #expect(text(configuration.checksumPath) == #"\boot\sums\kernel.txt"#)
            #expect(text(configuration.initrd) == #"\boot\initrd.img"#)
            #expect(text(configuration.commandLine) == "a=b # c  \"d\" \t ü")
            #expect(configuration.verification == .optional)
            #expect(configuration.resolution == .init(width: 1280, height: 800))
            #expect(configuration.injections == [.mapChanges(3), .badPointer, .badMagic, .badVersion])
            #expect(configuration.injectedMapChanges == 3)
        }
    }

    @Test func theChecksumFollowsTheKernel() throws {
        #expect(text(try parse(#"kernel = \a.elf"#).checksumPath) == #"\a.elf.sha256"#)
        #expect(try parse(#"kernel = \a.elf"#).checksum == nil)
        #expect(try parse("cmdline =").commandLine == [])
    }

    @Test func linesThatAreNoEntriesAreRefused() {
        expectRefusal(of: "verify", .missingEquals, line: 1, at: 0)
        expectRefusal(of: "\n# x\n  verify required\n", .missingEquals, line: 3, at: 7)
        expectRefusal(of: "colour = red", .unknownKey, line: 1, at: 0)
        expectRefusal(of: "Verify = required", .unknownKey, line: 1, at: 0)
        expectRefusal(of: "verif = required", .unknownKey, line: 1, at: 0)
        expectRefusal(of: "verifyy = required", .unknownKey, line: 1, at: 0)
        expectRefusal(of: "= required", .unknownKey, line: 1, at: 0)
        expectRefusal(of: "\u{FEFF}\u{FEFF}verify = required", .unknownKey, line: 1, at: 3)
    }

    @Test func keysStandOnce() {
        for (key, value) in [
            ("kernel", #"\k"#), ("checksum", #"\k"#), ("initrd", #"\k"#), ("cmdline", "x"), ("verify", "optional"),
            ("resolution", "1x1"), ("inject", "bad-magic"), ("inject", "bad-version"), ("inject", "bad-pointer"),
            ("inject", "map-changes:7"),
        ] {
            let line = "\(key)=\(value)\n"
            expectRefusal(of: "#\n" + line + "\n" + line, .duplicate(first: 2), line: 4, at: 2 + line.count + 1 + key.count + 1)
        }
        expectRefusal(of: "inject=map-changes:1\ninject=map-changes:2", .duplicate(first: 1), line: 2, at: 28)
        // An empty value counts as well.
        expectRefusal(of: "cmdline=\ncmdline=", .duplicate(first: 1), line: 2, at: 17)
    }

    @Test func valuesAreComplete() {
        for key in ["kernel", "checksum", "initrd", "verify", "resolution", "inject"] {
            expectRefusal(of: "\(key) =  ", .emptyValue, line: 1, at: key.count + 2)
        }
    }

    @Test(arguments: [
        "verify=Required", "verify=require", "verify=optional?", "resolution=800", "resolution=x", "resolution=800x",
        "resolution=x600", "resolution=800x600x32", "resolution=0x600", "resolution=800x0", "resolution=0800x600",
        "resolution=65536x1", "resolution=1x65536", "resolution=-1x600", "resolution=800 x 600", "resolution=800X600",
        "resolution=99999999999999999999x1", "resolution=٣x٣", "inject=map-changes", "inject=map-changes:",
        "inject=map-changes:0", "inject=map-changes:65536", "inject=map-changes:1 ,", "inject=map-changes:+1",
        "inject=bad", "inject=bad-magic,bad-version",
    ])
    func unknownValuesAreRefused(line: String) {
        let offset =
            line.utf8.firstIndex(of: UInt8(ascii: "=")).map { line.utf8.distance(from: line.startIndex, to: $0) + 1 } ?? 0
        expectRefusal(of: line, .unknownValue, line: 1, at: offset)
    }

    @Test func numbersReachTheirLimits() throws {
        #expect(try parse("resolution=65535x1").resolution == .init(width: 65535, height: 1))
        #expect(try parse("inject=map-changes:65535").injectedMapChanges == 65535)
    }

    @Test func pathsNameOneFile() throws {
        expectRefusal(of: "kernel=kernel.elf", .relativePath, line: 1, at: 7)
        expectRefusal(of: "kernel=/kernel.elf", .relativePath, line: 1, at: 7)
        expectRefusal(of: #"kernel=\"#, .badPathComponent, line: 1, at: 7)
        expectRefusal(of: #"kernel=\\a"#, .badPathComponent, line: 1, at: 8)
        expectRefusal(of: #"kernel=\a\"#, .badPathComponent, line: 1, at: 7)
        expectRefusal(of: #"kernel=\a\\b"#, .badPathComponent, line: 1, at: 10)
        expectRefusal(of: #"kernel=\.\b"#, .badPathComponent, line: 1, at: 9)
        expectRefusal(of: #"kernel=\a\..\b"#, .badPathComponent, line: 1, at: 12)
        expectRefusal(of: #"kernel=\a\.."#, .badPathComponent, line: 1, at: 7)
        expectRefusal(of: #"kernel=\a.\b"#, .badPathComponent, line: 1, at: 10)
        expectRefusal(of: #"kernel=\a \b"#, .badPathComponent, line: 1, at: 10)
        for character in "\"*/:<>?|\t" {
            expectRefusal(of: "initrd=\\a\(character)b", .badPathCharacter(character.asciiValue ?? 0), line: 1, at: 9)
        }
        expectRefusal(of: "initrd=\\a😀", .badPathCharacter(0xF0), line: 1, at: 9)
        #expect(text(try parse(#"initrd=\..a\.b\日本 語"#).initrd) == #"\..a\.b\日本 語"#)
    }

    @Test func valuesHaveALength() throws {
        let path = "\\" + String(repeating: "a", count: 254)
        #expect(text(try parse("initrd=\(path)").initrd) == path)
        expectRefusal(of: "initrd=\(path)a", .valueTooLong(byteCount: 256, limit: 255), line: 1, at: 7)
        let commandLine = String(repeating: "x", count: 4096)
        #expect(try parse("cmdline=\(commandLine)").commandLine.count == 4096)
        expectRefusal(of: "cmdline=\(commandLine)x", .valueTooLong(byteCount: 4097, limit: 4096), line: 1, at: 8)
        let file = String(repeating: "#\n", count: 32768)
        #expect(try parse(file) == LoaderConfiguration())
        expectRefusal(of: file + "#", .fileTooLarge(byteCount: 65537), line: 1, at: 0)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xE0, 0x9F, 0x80], [0xE0, 0xA0], [0xE2, 0x82],
            [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0x80, 0x80],
            [0xF0, 0x90],
            [0xF0, 0x90, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
        ] as [[UInt8]])
    func brokenUTF8IsRefused(sequence: [UInt8]) {
        #expect(String(validating: sequence, as: UTF8.self) == nil)
        // In a comment, at the file's end, before a line's end.
        for tail in [[], [0x0A], [0x0D, 0x0A], Array("xyz".utf8)] {
            let error = LoaderConfigurationError(.invalidUTF8(byte: sequence[0]), line: 2, offset: 3)
            #expect(throws: error) { try parse(Array("\n# ".utf8) + sequence + tail) }
        }
    }

    @Test func controlCharactersAreRefused() {
        for byte in (0x00...0x1F) as ClosedRange<UInt8> where byte != 0x09 && byte != 0x0A {
            let error = LoaderConfigurationError(.controlCharacter(byte), line: 1, offset: 9)
            #expect(throws: error) { try parse(Array("cmdline=a".utf8) + [byte] + Array("b".utf8)) }
        }
        expectRefusal(of: "# \u{7F}", .controlCharacter(0x7F), line: 1, at: 2)
        expectRefusal(of: "cmdline=a\r\r\n", .controlCharacter(0x0D), line: 1, at: 9)
        expectRefusal(of: "cmdline=a\r", .controlCharacter(0x0D), line: 1, at: 9)
    }
}
