import ELFFixtures
import ExecutableImage
import MachineRunner
import MemoryMap
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The simulated machine through the same door as a machine in QEMU: everything it says is checked against the raw map that it
/// dumped.
@Suite("Boots of the simulated machine") final class SimulatedRunTests {
    private let folder: FilePath

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("strata-simulated-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.string) }

    private func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
        let path = folder.appending(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path.string))
        return path
    }

    private func configuration(
        _ architecture: MachineArchitecture, memory: String = "256M", changing change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> MachineConfiguration {
        var elf = ELFFixture()
        elf.machine = architecture == .x86_64 ? 62 : 183
        elf.entry = 0x11340
        elf.segments = [
            .init(flags: 5, address: 0x11000, contents: [UInt8](repeating: 0xC3, count: 0x1800)),
            .init(flags: 4, address: 0x13000, contents: Array("constants".utf8)),
            .init(flags: 6, address: 0x14000, contents: [UInt8](repeating: 7, count: 64), byteCount: 0x3000),
        ]
        elf.relocations = [.init(offset: 0x14008, addend: 0x11308)]
        var kernel = elf.bytes
        let digest = SHA256.digest(of: kernel.span.rawBytes).bytes
        change(&kernel)
        let words =
            digest.indices.map { digest[$0] }.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "  kernel.elf\n"
        let path = try write(kernel, "kernel.elf")
        return MachineConfiguration(
            architecture: architecture, memory: try MemorySize(memory),
            images: ImageSet(loader: path, kernel: path, kernelHash: try write(Array(words.utf8), "kernel.elf.sha256")))
    }

    @Test(
        "boots to the end, and reports what the map says", arguments: MachineArchitecture.allCases, ["64M", "256M", "3G", "5G"])
    func boots(architecture: MachineArchitecture, memory: String) throws {
        let configuration = try configuration(architecture, memory: memory)
        let report = try SimulatedRun(configuration).run()
        #expect(report.loadedKernel.verified && report.exit.attempts == 1)
        #expect(report.paging.writableAndExecutable == 0 && !report.paging.pageZeroMapped)
        #expect(
            report.runtime.setVirtualAddressMap == "SUCCESS" && report.runtime.getTime != nil && report.runtime.divided == true)
        // All of the RAM is in the map, apart from a PC's hole below 1 MiB.
        let hole: UInt64 = architecture == .x86_64 ? 0x6_0000 : 0
        let ram = report.map.regions.filter { $0.type.isRAM || $0.type == .reserved && $0.attributes.contains(.writeBack) }
        #expect(ram.reduce(0) { $0 + $1.pages.rawValue } * 4_096 == configuration.memory.byteCount - hole)
        // Regions that an operating system maps for the runtime services are aligned to 64 KiB on AArch64.
        if architecture == .aarch64 {
            for region in report.map.regions where region.type.isRuntimeServices {
                #expect(region.range.start.rawValue % 0x1_0000 == 0 && region.pages.rawValue % 16 == 0)
            }
        }
    }

    @Test("a map that changes is read again, and given up after eight attempts", arguments: MachineArchitecture.allCases)
    func retries(architecture: MachineArchitecture) throws {
        var configuration = try configuration(architecture)
        configuration.options.injections = ["map-changes:3"]
        let report = try SimulatedRun(configuration).run()
        #expect(report.exit.attempts == 4 && report.exit.regrown > 0)
        #expect(report.map.regions.contains { $0.type == MemoryType(0x8000_0000) })
        configuration.options.injections = ["map-changes:9"]
        #expect {
            try SimulatedRun(configuration).run()
        } throws: { error in
            guard case .loaderFailed(let failure) = error as? MachineError else { return false }
            return failure.stage == "exit" && failure.message.contains("8 attempts")
        }
    }

    @Test("a kernel that was changed is refused, unless the user says otherwise")
    func verifies() throws {
        var configuration = try configuration(.x86_64) { $0[$0.count - 1] ^= 1 }
        #expect {
            try SimulatedRun(configuration).run()
        } throws: { error in
            guard case .loaderFailed(let failure) = error as? MachineError else { return false }
            return failure.stage == "verification"
        }
        configuration.options.allowsUnverifiedKernel = true
        #expect(try SimulatedRun(configuration).run().loadedKernel.verified == false)
    }

    @Test("kernels of another machine and damaged ones are refused with the reason")
    func refusesKernels() throws {
        var configuration = try configuration(.x86_64)
        configuration.architecture = .aarch64
        func words() -> String {
            do throws(MachineError) {
                _ = try SimulatedRun(configuration).run()
                return ""
            } catch {
                guard case .loaderFailed(let failure) = error else { return "\(error)" }
                return failure.stage + ": " + failure.message
            }
        }
        #expect(words().hasPrefix("kernel: the file is not a kernel for this machine"))
        configuration = try self.configuration(.x86_64) { $0.removeLast($0.count / 2) }
        configuration.options.allowsUnverifiedKernel = true
        #expect(words().hasPrefix("kernel: the file is not a kernel for this machine"))
    }

    @Test("the command line and the initial RAM disk arrive, and the log is kept")
    func handsOver() throws {
        var configuration = try configuration(.aarch64)
        configuration.options.commandLine = "quiet \"two words\""
        configuration.options.initrd = try write([UInt8](repeating: 0x5A, count: 100_001), "initrd")
        configuration.log = folder.appending("serial.log")
        let report = try SimulatedRun(configuration).run()
        #expect(report.kernelStart.commandLine == "quiet \"two words\"")
        #expect(report.map.regions.filter { $0.type == .loaderData }.reduce(0) { $0 + $1.pages.rawValue } > 25)
        let log = try String(contentsOfFile: folder.appending("serial.log").string, encoding: .utf8)
        #expect(log.contains("\"event\":\"finished\""))
    }

    @Test("more memory than is simulated, and faults that are not made, are refused with words")
    func refusesOptions() throws {
        var configuration = try configuration(.x86_64, memory: "2000G")
        #expect(throws: MachineError.self) { try SimulatedRun(configuration).run() }
        configuration = try self.configuration(.x86_64)
        configuration.options.injections = ["bad-magic"]
        #expect {
            try SimulatedRun(configuration).run()
        } throws: { error in
            guard case .optionInvalid(option: "--inject", let reason) = error as? MachineError else { return false }
            return reason.contains("bad-magic")
        }
    }
}
