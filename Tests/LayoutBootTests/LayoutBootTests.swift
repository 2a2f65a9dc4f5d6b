import GuestBoot
import GuestImage
import GuestLayout
import MachineRunner
import MemoryMap
import Testing

/// Real kernels on planned layouts, without firmware, in software emulation.
@Suite(.serialized)
struct LayoutBootTests {
    struct X86Case: CustomTestStringConvertible, Sendable {
        var name: String
        var model = GuestBoard.Model.pc
        var request: X86LayoutRequest
        var settings = LayoutTrial.Settings()
        var padding = 0
        var enters32Bit = false
        var testDescription: String { name }
    }

    static func trial(_ test: X86Case) throws -> LayoutTrial {
        let kernel = try #require(TrialRun.kernels[.x86_64])
        var request = test.request
        var settings = test.settings
        settings.initrd = ProbeInitrd.bytes(for: .x86_64, padding: test.padding)
        settings.commandLine = "panic=-1 console=ttyS0 nokaslr"
        settings.setupData = [.randomSeed((0..<256).map { UInt8($0) })]
        request.physicalAddressBits = 40
        request.payload = .kernel(
            test.enters32Bit ? try without64BitEntry(TrialRun.image(of: kernel)) : try TrialRun.image(of: kernel))
        request.initialRAMDiskByteCount = UInt64(settings.initrd.count)
        request.commandLineByteCount = UInt64(settings.commandLine.utf8.count)
        request.setupDataByteCounts = settings.setupData.map { UInt64($0.data.count) }
        request.virtualProcessorCount = UInt64(settings.processors)
        let plan = try LayoutPlan(request)
        return try LayoutTrial(plan, kernel: kernel, on: GuestBoard(test.model, for: plan), settings)
    }

    /// The same kernel as if it had no 64-bit entry.
    static func without64BitEntry(_ image: KernelImage) throws -> KernelImage {
        guard case .bzImage(let image) = image else { throw KernelImageError.unknown }
        return .bzImage(
            BzImage(
                byteCount: image.byteCount, setupSectors: image.setupSectors, version: image.version,
                extendedLoadFlags: image.extendedLoadFlags & ~1, runTimeByteCount: image.runTimeByteCount,
                preferredAddress: image.preferredAddress, isRelocatable: image.isRelocatable,
                commandLineLimit: image.commandLineLimit, initialRAMDiskLimit: image.initialRAMDiskLimit))
    }

    static func request(_ mebibytes: UInt64, _ change: (inout X86LayoutRequest) -> Void = { _ in }) -> X86LayoutRequest {
        var request = X86LayoutRequest(memoryByteCount: mebibytes << 20)
        change(&request)
        return request
    }

    static func processors(_ count: Int) -> LayoutTrial.Settings {
        var settings = LayoutTrial.Settings()
        settings.processors = count
        return settings
    }

    static let x86Cases: [X86Case] = [
        X86Case(name: "512 MiB", request: request(512)),
        X86Case(name: "70 MiB, the least that this kernel's window leaves an initrd", request: request(72)),
        X86Case(name: "2 GiB", request: request(2048)),
        X86Case(name: "3.25 GiB, all of it below 4 GiB", request: request(3328)),
        X86Case(name: "5 GiB, initrd above 4 GiB", request: request(5120)),
        X86Case(name: "5 GiB, initrd of 24 MiB above 4 GiB", request: request(5120), padding: 24 << 20),
        X86Case(name: "1 GiB, 32-bit entry", request: request(1024), enters32Bit: true),
        X86Case(name: "1 GiB on Q35 with ECAM", model: .q35, request: request(1024)),
        X86Case(
            name: "5 GiB on Q35 with ECAM, window from 2 GiB", model: .q35,
            request: request(5120) { $0.pciMemoryStart = PhysicalAddress(0x8000_0000) }),
        X86Case(
            name: "1 GiB on Q35, ECAM of 256 MiB at 0xe0000000", model: .q35,
            request: request(1024) {
                $0.ecamStart = PhysicalAddress(0xE000_0000)
                $0.ecamByteCount = 256 << 20
            }),
        X86Case(name: "1 GiB, 4 processors", request: request(1024), settings: processors(4)),
        X86Case(name: "3 GiB, protected", request: request(3072) { $0.isProtected = true }),
        X86Case(name: "4 GiB, window from 3 GiB", request: request(4096) { $0.pciMemoryStart = PhysicalAddress(0xC000_0000) }),
        X86Case(name: "512 MiB on microvm", model: .microvm, request: request(512)),
    ]

    @Test(
        .enabled(if: TrialRun.hasKernel(.x86_64), TrialRun.isMissing(.x86_64)),
        arguments: TrialRun.bootsAll ? x86Cases : Array(x86Cases.prefix(1)))
    func `x86-64: a kernel reports what was planned`(test: X86Case) async throws {
        TrialRun.expectAgreement(try await TrialRun.run(Self.trial(test)))
    }
}
