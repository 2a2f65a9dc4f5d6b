import ELFFixtures
import ExecutableImage
import Testing
import SeededRandom

@Suite struct SHA256Tests {
    static func hexadecimal(_ digest: SHA256Digest) -> String {
        var text = ""
        digest.writeHexadecimal { text.unicodeScalars.append(Unicode.Scalar($0)) }
        return text
    }

    static func hash(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.digest(of: bytes.span)) }

    /// The examples that NIST publishes for FIPS 180-4.
    static let standardExamples = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test(arguments: standardExamples)
    func `The standard's examples`(message: String, digest: String) {
        #expect(Self.hash(Array(message.utf8)) == digest)
    }

    @Test func `A million times the letter a`() {
        let piece = [UInt8](repeating: 0x61, count: 1000)
        var hash = SHA256()
        for _ in 0..<1000 { hash.update(piece.span) }
        #expect(
            Self.hexadecimal(hash.finalize()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// Lengths around the ends of blocks; byte number i is 7 i + length.
    static let lengths = [
        (55, "81afe5b788dc2ce138ff83d9b20164db75a94d75d2b2432eea4a0ef605088c72"),
        (56, "2aba54f0ac632420a2b502431408866e40e1d5e430df4cd822642c78ab2eb9c1"),
        (57, "903284efbf9100e8ba1614ec65eacacad125e03f857cae7acbf8b73b23e0fdfe"),
        (63, "733d3d4ee79ee67145bf73da13588f6f235d37414fc64b14a2f00f1762792f5e"),
        (64, "79322907b3e9d013d7dc2c2f256674dbf733045cde01df3539271c6f5605feb8"),
        (65, "d85c007c6eb440f085afa2b84f6f2bce4658b240e9f62cb1364bf0485a57e720"),
        (119, "6c87eedf096b345de205b702e5223b73b447a3207791ded3ea007ba15ed6736e"),
        (120, "42500cf6a1e3936d6b9e0bcfe296d654b63255e525487d3634d0b15fde591c4d"),
        (128, "489d55fea9a73af36b6dd0be7b4117d8e5683386d39544e8a44c99a87f368707"),
        (1000, "6b0df76627243d095b0c4400cb658b7e804dd03461cc03aee8fc8fe0bcada168"),
    ]

    @Test(arguments: lengths)
    func `Lengths around the end of a block`(length: Int, digest: String) {
        #expect(Self.hash((0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + length) }) == digest)
    }

    @Test func `The pieces make no difference, and a digest may be taken on the way`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let message = (0..<Int.random(in: 0...400, using: &generator)).map { UInt8($0 & 255) }
            var hash = SHA256()
            var offset = 0
            while offset < message.count {
                let count = min(Int.random(in: 0...150, using: &generator), message.count - offset)
                let piece = Array(message[offset..<offset + count])
                hash.update(piece.span)
                offset += count
                if count % 3 == 0 { #expect(Self.hexadecimal(hash.finalize()) == Self.hash(Array(message[..<offset]))) }
            }
            #expect(Self.hexadecimal(hash.finalize()) == Self.hash(message))
        }
    }

    @Test func `Digests are equal when all bytes are`() {
        let digest = SHA256().finalize()
        #expect(digest == SHA256.digest(of: [UInt8]().span))
        for index in 0..<32 {
            var bytes = digest.bytes
            bytes[index] ^= 0x10
            #expect(SHA256Digest(bytes: bytes) != digest)
        }
    }
}

@Suite struct ChecksumLineTests {
    static let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    /// The digest in hexadecimal, or the error.
    static func parse(_ text: String) -> Result<String, ChecksumLineError> {
        let bytes = Array(text.utf8)
        do throws(ChecksumLineError) {
            return .success(SHA256Tests.hexadecimal(try SHA256Digest(checksumLine: bytes.span)))
        } catch { return .failure(error) }
    }

    @Test(arguments: [
        "\(digits)  kernel.elf\n", "\(digits) *kernel.elf\n", "\(digits)  kernel.elf", "\(digits)  a b\r\n", "\(digits)",
        "\(digits)\n", "\(digits)\r\n", "\(digits.uppercased())  KERNEL.ELF\nnonsense", "\\\(digits)  a\\nb\n",
    ])
    func `Lines that sha256sum writes`(text: String) {
        #expect(Self.parse(text) == .success(Self.digits))
    }

    @Test func `Other lines are refused with the offset`() {
        let short = String(Self.digits.dropLast())
        let cases: [(String, ChecksumLineError)] = [
            ("", .tooShort(offset: 0)), ("\n\(Self.digits)", .tooShort(offset: 0)), ("\\", .tooShort(offset: 1)),
            (short, .tooShort(offset: 63)), ("\(short)\n", .tooShort(offset: 63)), ("\(short)\r\n", .tooShort(offset: 63)),
            ("\(short)  kernel.elf\n", .notHexadecimal(offset: 63, byte: 0x20)),
            ("SHA256 (kernel.elf) = \(Self.digits)", .notHexadecimal(offset: 0, byte: 0x53)),
            ("\u{FEFF}\(Self.digits)", .notHexadecimal(offset: 0, byte: 0xEF)),
            ("g\(Self.digits)", .notHexadecimal(offset: 0, byte: 0x67)), (":", .notHexadecimal(offset: 0, byte: 0x3A)),
            ("/", .notHexadecimal(offset: 0, byte: 0x2F)), ("@", .notHexadecimal(offset: 0, byte: 0x40)),
            ("`", .notHexadecimal(offset: 0, byte: 0x60)), ("G", .notHexadecimal(offset: 0, byte: 0x47)),
            ("\(Self.digits)0", .badSeparator(offset: 64)), ("\(Self.digits)\rx", .badSeparator(offset: 64)),
            ("\(Self.digits)\tkernel", .badSeparator(offset: 64)), ("\(Self.digits) kernel", .badSeparator(offset: 65)),
            ("\(Self.digits) ", .badSeparator(offset: 65)), ("\(Self.digits)  ", .badSeparator(offset: 66)),
            ("\(Self.digits)  \n", .badSeparator(offset: 66)),
        ]
        for (text, error) in cases { #expect(Self.parse(text) == .failure(error), "\(text)") }
    }
}
