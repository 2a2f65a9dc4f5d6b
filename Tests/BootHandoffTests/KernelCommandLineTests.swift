import BootHandoff
import Testing

@Suite("The kernel's command line")
struct KernelCommandLineTests {
    private func value(_ text: String, _ key: StaticString) -> CommandLineValue? {
        let bytes = Array(text.utf8)
        return KernelCommandLine(bytes.span).value(of: key)
    }

    private func has(_ text: String, _ key: StaticString, _ expected: StaticString) -> Bool {
        value(text, key).map { $0 == expected } ?? false
    }

    @Test func `words are found wherever they stand`() {
        for text in ["fault=read-null", "  fault=read-null  ", "quiet fault=read-null root=/dev/vda", "ü fault=read-null"] {
            #expect(has(text, "fault", "read-null"))
        }
    }

    @Test func `the last of several counts`() { #expect(has("fault=a fault=b", "fault", "b")) }

    @Test func `a word without a value has an empty one`() {
        #expect(has("quiet", "quiet", ""))
        #expect(has("quiet=", "quiet", ""))
    }

    @Test func `another word is another word`() {
        for text in ["", " ", "faults=a", "xfault=a", "faul", "Fault=a", "fault:a", "a=fault"] {
            #expect(value(text, "fault") == nil)
        }
    }

    @Test func `a value is compared to its end`() {
        #expect(!has("fault=read-nul", "fault", "read-null"))
        #expect(!has("fault=read-null2", "fault", "read-null"))
        #expect(has("fault=a=b", "fault", "a=b"))
        let long = String(repeating: "a", count: 65)
        #expect(value("fault=" + long, "fault") != nil)
        #expect(!has("fault=" + long, "fault", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))
    }

    @Test(
        arguments: [
            ("0xf4", 0xF4), ("0xFfFfFfFfFfFfFfFf", .max), ("0x0", 0), ("0x", nil), ("f4", nil), ("0x10000000000000000", nil),
            ("0xg", nil), ("", nil), ("0X1", nil),
        ] as [(String, UInt64?)])
    func `numbers are hexadecimal`(text: String, number: UInt64?) {
        #expect(value("port=" + text, "port")?.hexadecimal == number)
    }
}
