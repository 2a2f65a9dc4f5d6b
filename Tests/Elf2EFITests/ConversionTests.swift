import ELFFixtures
import Foundation
import Testing

@testable import elf2efi

@Suite struct ConversionTests {
    /// A directory that goes away with the test.
    final class Directory {
        let path = FileManager.default.temporaryDirectory.appending(path: "elf2efi-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
    }

    static func run(_ arguments: String...) throws { try ELF2EFI.parse(arguments).run() }

    /// The message for the user.
    static func message(_ arguments: String...) -> String? {
        do {
            try ELF2EFI.parse(arguments).run()
            return nil
        } catch { return "\(error)" }
    }

    @Test func `The tool writes the image and leaves nothing else`() throws {
        let directory = try Directory()
        let input = directory.path + "/a.elf"
        let output = directory.path + "/a.efi"
        try Data(ELFFixture.small().bytes).write(to: URL(filePath: input))
        try Self.run(input, "-o", output)
        let first = try Data(contentsOf: URL(filePath: output))
        #expect(first.starts(with: [0x4D, 0x5A]))
        try Self.run(input, "--output", output, "--subsystem", "runtime-driver")
        let second = try Data(contentsOf: URL(filePath: output))
        #expect(second.count == first.count && second != first)
        #expect(try directory.names == ["a.efi", "a.elf"])
    }

    @Test func `A bad file leaves the old image in place`() throws {
        let directory = try Directory()
        let input = directory.path + "/a.elf"
        let output = directory.path + "/a.efi"
        try Data([1, 2, 3]).write(to: URL(filePath: output))
        var fixture = ELFFixture.small()
        fixture.relocations[1].type = 6
        try Data(fixture.bytes).write(to: URL(filePath: input))
        let message = try #require(Self.message(input, "-o", output))
        #expect(message.hasPrefix("\(input): offset 0x1"))
        #expect(message.contains("relocation of type 6") && message.contains("-Bsymbolic"))
        #expect(try Data(contentsOf: URL(filePath: output)) == Data([1, 2, 3]))
        #expect(try directory.names == ["a.efi", "a.elf"])
    }

    @Test func `Files that are missing or cannot be written are named`() throws {
        let directory = try Directory()
        let input = directory.path + "/a.elf"
        #expect(try #require(Self.message(input, "-o", "x.efi")).hasPrefix("\(input): cannot be read: No such file"))
        try Data(ELFFixture.small().bytes).write(to: URL(filePath: input))
        let nowhere = directory.path + "/none/a.efi"
        #expect(try #require(Self.message(input, "-o", nowhere)).hasPrefix("\(nowhere): cannot be written: No such file"))
        let inTheWay = directory.path + "/folder"
        try FileManager.default.createDirectory(atPath: inTheWay + "/x", withIntermediateDirectories: true)
        #expect(try #require(Self.message(input, "-o", inTheWay)).hasPrefix("\(inTheWay): cannot be written: "))
        #expect(try directory.names == ["a.elf", "folder"])
    }
}
