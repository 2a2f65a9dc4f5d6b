import Foundation
import SystemPackage
import Testing

/// `strata layout … --emit` as users run it.
@Suite("strata layout --emit", .serialized)
struct LayoutGuestCommandTests {
    private func layout(_ arguments: [String], folder: String) async throws -> StrataProgram.Outcome {
        try await StrataProgram.outcome(of: ["layout"] + arguments, folder: FilePath(folder))
    }

    /// A folder with `kernel`, a bzImage of 8 KiB that nobody should start.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("strata-emit-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var kernel = [UInt8](repeating: 0x90, count: 8192)
        kernel.replaceSubrange(0x1F1..<0x270, with: [UInt8](repeating: 0, count: 0x7F))
        kernel[0x1F1] = 3
        kernel.replaceSubrange(0x1FE..<0x202, with: [0x55, 0xAA, 0xEB, 0x6A])
        kernel.replaceSubrange(0x202..<0x208, with: Array("HdrS".utf8) + [0x0F, 0x02])
        kernel[0x211] = 1
        kernel[0x236] = 0x3F
        kernel[0x239] = 0x08
        kernel[0x25B] = 0x01
        try Data(kernel).write(to: URL(fileURLWithPath: path + "/kernel"))
        try await body(path)
    }

    @Test func `writes the guest's RAM and its ROM, the same bytes every time`() async throws {
        try await withFolder { folder in
            for name in ["a", "b"] {
                let outcome = try await layout(
                    [
                        "x86_64", "-m", "16M", "--kernel", "kernel", "--cmdline", "quiet", "--setup-data", "256", "--emit",
                        "\(name).ram", "--rom", "\(name).rom",
                    ], folder: folder)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)) }
            let memory = try contents("a.ram")
            let again = try contents("b.ram")
            #expect(memory.count == 16 << 20 && memory == again)
            #expect(try contents("a.rom").count == 128 << 10)
            #expect(memory[0x2_0000..<0x2_0006] == Data("quiet\0".utf8))
            #expect(memory[0xE_0000..<0xE_0008] == Data("RSD PTR ".utf8))
            #expect(memory[0x20_0000 - 2048 + 0x202..<0x20_0000 - 2048 + 0x206] == Data("HdrS".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 5)
        }
    }

    @Test(arguments: [
        (["x86_64", "-m", "16M", "--emit", "x"], 64, "--kernel"),
        (["x86_64", "-m", "16M", "--kernel", "kernel", "--rom", "x"], 64, "--emit"),
        (["x86_64", "-m", "16M", "--kernel", "kernel", "--emit", "x", "--initrd", "=4096"], 64, "needs a file"),
        (["x86_64", "-m", "16M", "--kernel", "kernel", "--emit", "x", "--board", "virt"], 64, "virt"),
        (["x86_64", "-m", "5G", "--kernel", "kernel", "--emit", "x", "--board", "q35"], 64, "--pci-mem 0x80000000"),
        (["x86_64", "-m", "16M", "--kernel", "missing", "--emit", "x"], 66, "missing"),
        (["aarch64", "-m", "64M", "--kernel", "kernel", "--emit", "x"], 1, "refused"),
        (["x86_64", "-m", "16M", "--kernel", "kernel", "--emit", "no/such/folder"], 73, "no/such/folder"),
    ])
    func `says why there is no guest, and writes nothing`(arguments: [String], status: Int, words: String) async throws {
        try await withFolder { folder in
            let outcome = try await layout(arguments, folder: folder)
            #expect(outcome.status == Int32(status), "\(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kernel"])
        }
    }
}
