import Foundation
import SystemPackage
import Testing

/// `strata layout` as users run it.
@Suite("strata layout", .serialized)
struct LayoutCommandTests {
    private func layout(_ arguments: String..., folder: String? = nil) async throws -> StrataProgram.Outcome {
        try await StrataProgram.outcome(of: ["layout"] + arguments, folder: folder.map { FilePath($0) })
    }

    private func temporaryFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("strata-layout-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func printsTheTable() async throws {
        let outcome = try await layout("x86_64", "--memory", "5G", "--initrd", "=1983864")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        for text in [
            "Address  End (exclusive)", "1_6FE1_B000      1_6FFF_F578  1.89 MiB    initial RAM disk",
            "F400_0000        F800_0000    64 MiB",
            "Starts at 20_0200 in 64-bit mode", "harmless: GDT", "To scale",
        ] {
            #expect(outcome.output.contains(text), "\(text)")
        }
        let arm = try await layout("aarch64", "-m", "1G", "--profile", "crosvm-seed")
        #expect(arm.status == 0)
        #expect(arm.output.contains("plat_mmio_base            c000_0000        c080_0000       8 MiB"))
    }

    @Test func refuses() async throws {
        let outcome = try await layout("x86_64", "--memory", "1T", "--phys-bits", "40")
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("passes the guest's 40 physical address bits"))
        #expect(outcome.errors.contains("needs 41 address bits"))
        let json = try await layout("x86_64", "--memory", "1T", "--phys-bits", "40", "--json")
        #expect(json.status == 1)
        #expect(json.output.contains("\"cure\" : \"needs 41 address bits\""))
        let firmware = try await layout("x86_64", "--memory", "1G", "--bios", "=17M")
        #expect(firmware.errors.contains("needs firmware of at most 16 MiB"))
    }

    @Test func readsKernels() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var header = [UInt8](repeating: 0, count: 1 << 20)
        for (offset, bytes) in [
            (0x1F1, [27]), (0x1FE, [0x55, 0xAA]), (0x202, [0x48, 0x64, 0x72, 0x53]), (0x206, [0x0F, 0x02]), (0x211, [1]),
            (0x230, [0, 0, 0x20, 0]), (0x234, [1]), (0x236, [0x3F, 0]), (0x238, [0xFF, 7]), (0x25B, [1]),
            (0x260, [0, 0x80, 0x37, 3]),
        ] as [(Int, [UInt8])] { header.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        try Data(header).write(to: URL(fileURLWithPath: folder + "/bzImage"))
        let refused = try await layout("x86_64", "-m", "64M", "--kernel", "bzImage", "--initrd", "=1983864", folder: folder)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("kernel's run-time window [0x1000000, 0x4377fff] and initial RAM disk"))
        #expect(refused.errors.contains("needs 70 MiB of RAM"))
        #expect(
            try await layout("x86_64", "-m", "70M", "--kernel", "bzImage", "--initrd", "=1983864", folder: folder).status == 0)
        try Data("not a kernel".utf8).write(to: URL(fileURLWithPath: folder + "/text"))
        #expect(try await layout("x86_64", "-m", "70M", "--kernel", "text", folder: folder).status == 66)
        #expect(try await layout("x86_64", "-m", "70M", "--kernel", "absent", folder: folder).status == 66)
        #expect(try await layout("x86_64", "-m", "70X").status == 64)
    }

    @Test func comparesLayouts() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, memory) in [("a", "5G"), ("b", "6G")] {
            let outcome = try await layout("x86_64", "-m", memory, "--json", "--svg", "\(name).svg", folder: folder)
            #expect(outcome.status == 0)
            try Data(outcome.output.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).json"))
            let picture = try String(contentsOfFile: "\(folder)/\(name).svg", encoding: .utf8)
            #expect(picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n"))
            #expect(picture.contains("PCIe enhanced configuration space"))
        }
        let same = try await layout("diff", "a.json", "a.json", folder: folder)
        #expect(same.status == 0 && same.output == "The layouts are the same.\n")
        let differences = try await layout("diff", "a.json", "b.json", folder: folder)
        #expect(differences.status == 1)
        #expect(differences.output.contains("~ ram 2 [0x100000000, 0x16fffffff] -> [0x100000000, 0x1afffffff]"))
        #expect(differences.output.contains("~ vcfg [0x170000000, 0x177ffffff] -> [0x1b0000000, 0x1b7ffffff]"))
        try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/empty.json"))
        #expect(try await layout("diff", "a.json", "empty.json", folder: folder).status == 66)
    }
}
