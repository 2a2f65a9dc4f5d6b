import BootHandoff
import Testing

@Suite
struct GuardConfigurationTests {
    private func parse(_ text: String) throws(LoaderConfigurationError) -> GuardConfiguration {
        let bytes = Array(text.utf8)
        // The bytes of an array are all initialized, and the span does not outlive it.
        return unsafe try GuardConfiguration(parsing: bytes.span.bytes)
    }

    private func refusal(of text: String) -> LoaderConfigurationError? {
        do throws(LoaderConfigurationError) {
            _ = try parse(text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `every key is read`() throws {
        let configuration = try parse(
            "# a comment\r\n program = \\strata\\p.efi \r\narguments=console=ttyS0  a=b\narena = 256M\nservices = firmware\n")
        #expect(configuration.task == .program(path: Array(#"\strata\p.efi"#.utf8)))
        #expect(configuration.arguments == Array("console=ttyS0  a=b".utf8))
        #expect(configuration.arena == .mebibytes(256))
        #expect(configuration.services == .firmware)
        #expect(try parse("selftest = 12").task == .selfTest(calls: 12))
        #expect(try parse("benchmark = 2000").task == .benchmark(descriptors: 2000))
        #expect(try parse("program = shell").task == .shell)
        #expect(try parse("program = shell\narena = 95%").arena == .percent(95))
    }

    @Test func `what is not understood refuses the file`() {
        let cases: [(String, LoaderConfigurationError.Reason, Int)] = [
            ("", .missingTask, 1), ("arguments = x\n", .missingTask, 1),
            ("program = shell\nselftest = 1", .secondTask(first: 1), 2),
            ("program = shell\nprogram = shell", .duplicate(first: 1), 2), ("program = p.efi", .relativePath, 1),
            ("program =", .emptyValue, 1), ("program = shell\narena = 96%", .unknownValue, 2),
            ("program = shell\narena = 0%", .unknownValue, 2), ("program = shell\narena = %", .unknownValue, 2),
            ("program = shell\narena = 12", .unknownValue, 2), ("program = shell\narena = 016M", .unknownValue, 2),
            ("selftest = 9999999999", .unknownValue, 1), ("selftest = -1", .unknownValue, 1),
            ("kernel = shell", .unknownKey, 1), ("program", .missingEquals, 1), ("services = none", .unknownValue, 1),
        ]
        for (text, reason, line) in cases {
            #expect(refusal(of: text).map { $0.reason } == reason, "\(text)")
            #expect(refusal(of: text)?.line == line, "\(text)")
        }
    }

    @Test func `what is written is read back, or refused`() throws {
        var configuration = GuardConfiguration(.program(path: Array(#"\a\b.efi"#.utf8)))
        configuration.arguments = Array("ü x".utf8)
        configuration.arena = .percent(7)
        configuration.services = .firmware
        let text = try configuration.text
        #expect(try parse(String(decoding: text, as: UTF8.self)) == configuration)
        for arguments in [" x", "x\ny", "x "] {
            configuration.arguments = Array(arguments.utf8)
            #expect(throws: LoaderConfigurationError.self) { try configuration.text }
        }
    }
}
