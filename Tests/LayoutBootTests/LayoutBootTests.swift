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

        /// Whether the kernel is the ELF executable that the bzImage would unpack.
        var isUnpacked = false
        var testDescription: String { name }
    }

    static func trial(_ test: X86Case, isChecked: Bool = true) throws -> LayoutTrial {
        var kernel = try #require(TrialRun.kernels[.x86_64])
        if test.isUnpacked { kernel = try #require(KernelPayload.executable(in: kernel)) }
        var request = test.request
        var settings = test.settings
        settings.initrd = ProbeInitrd.bytes(for: .x86_64, padding: test.padding)
        settings.commandLine = "panic=-1 console=ttyS0 nokaslr no_timer_check"
        settings.setupData = [.randomSeed((0..<256).map { UInt8($0) })]
        request.physicalAddressBits = 40
        request.payload = .kernel(
            test.enters32Bit ? try without64BitEntry(TrialRun.image(of: kernel)) : try TrialRun.image(of: kernel))
        request.initialRAMDiskByteCount = UInt64(settings.initrd.count)
        request.commandLineByteCount = UInt64(settings.commandLine.utf8.count)
        request.setupDataByteCounts = settings.setupData.map { UInt64($0.data.count) }
        request.virtualProcessorCount = UInt64(settings.processors)
        let plan = isChecked ? try LayoutPlan(checking: request) : try LayoutPlan(request)
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
        X86Case(name: "72 MiB, little more than the kernel's run-time window needs", request: request(72)),
        X86Case(name: "2 GiB", request: request(2048)),
        X86Case(name: "3.25 GiB, all of it below 4 GiB", request: request(3328)),
        X86Case(name: "5 GiB, initrd above 4 GiB", request: request(5120)),
        X86Case(name: "5 GiB, initrd of 24 MiB above 4 GiB", request: request(5120), padding: 24 << 20),
        X86Case(name: "1 GiB, 32-bit entry", request: request(1024), enters32Bit: true),
        X86Case(name: "1 GiB, ELF executable", request: request(1024), isUnpacked: true),
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

    struct AArch64Case: CustomTestStringConvertible, Sendable {
        var name: String
        var request: AArch64LayoutRequest
        var settings = LayoutTrial.Settings()
        var testDescription: String { name }
    }

    static func trial(_ test: AArch64Case) throws -> LayoutTrial {
        let kernel = try #require(TrialRun.kernels[.aarch64])
        var request = test.request
        var settings = test.settings
        settings.initrd = ProbeInitrd.bytes(for: .aarch64)
        settings.commandLine = "panic=-1 console=ttyAMA0"
        settings.interruptControllerVersion = request.interruptController == .gicV2 ? 2 : 3
        settings.randomSeed = (0..<64).map { UInt8($0) }
        request.payload = .kernel(try TrialRun.image(of: kernel))
        request.initialRAMDiskByteCount = UInt64(settings.initrd.count)
        request.virtualProcessorCount = UInt64(settings.processors)
        let plan = try LayoutPlan(checking: request)
        let board = try GuestBoard(.virt, for: plan, interruptControllerVersion: settings.interruptControllerVersion)
        return try LayoutTrial(plan, kernel: kernel, on: board, settings)
    }

    static func armRequest(
        _ mebibytes: UInt64, _ change: (inout AArch64LayoutRequest) -> Void = { _ in }
    ) -> AArch64LayoutRequest {
        var request = AArch64LayoutRequest(memoryByteCount: mebibytes << 20)
        change(&request)
        return request
    }

    static let aarch64Cases: [AArch64Case] = [
        AArch64Case(name: "512 MiB, device tree at the end", request: armRequest(512)),
        AArch64Case(name: "512 MiB, device tree at the start", request: armRequest(512) { $0.deviceTreePosition = .start }),
        AArch64Case(
            name: "512 MiB, device tree after the payload", request: armRequest(512) { $0.deviceTreePosition = .afterPayload }),
        AArch64Case(name: "1 GiB, 4 processors", request: armRequest(1024), settings: processors(4)),
        AArch64Case(
            name: "1 GiB, GICv2, 2 processors", request: armRequest(1024) { $0.interruptController = .gicV2 },
            settings: processors(2)),
        AArch64Case(
            name: "1 GiB with a static bounce buffer of 64 MiB",
            request: armRequest(1024) { $0.staticBounceBufferByteCount = 64 << 20 }),
        AArch64Case(name: "5 GiB", request: armRequest(5120)),
        AArch64Case(name: "512 MiB, protected", request: armRequest(512) { $0.isProtected = true }),
    ]

    @Test(
        .enabled(if: TrialRun.hasKernel(.aarch64), TrialRun.isMissing(.aarch64)),
        arguments: TrialRun.bootsAll ? aarch64Cases : Array(aarch64Cases.prefix(1)))
    func `AArch64: a kernel reports what was planned`(test: AArch64Case) async throws {
        TrialRun.expectAgreement(try await TrialRun.run(Self.trial(test)))
    }

    /// Layouts whose initial RAM disk lies where the kernel unpacks itself: the check refuses them, and guests do not survive them.
    static let collisions: [X86Case] = [
        X86Case(
            name: "the initrd near the end of the kernel's run-time window",
            request: request(512) {
                $0.moved = [MovedOwner(LayoutOwner(.initialRAMDisk), to: PhysicalAddress(0x3FF_0000))]
            }),
        X86Case(
            name: "the initrd in the middle of the kernel's run-time window",
            request: request(512) {
                $0.moved = [MovedOwner(LayoutOwner(.initialRAMDisk), to: PhysicalAddress(0x200_0000))]
            }),
        X86Case(name: "64 MiB, where the initrd at the end of memory meets the window", request: request(64)),
    ]

    @Test(
        .enabled(if: TrialRun.hasKernel(.x86_64), TrialRun.isMissing(.x86_64)),
        arguments: TrialRun.bootsAll ? collisions : Array(collisions.prefix(1)))
    func `x86-64: a collision that the check refuses is one that a guest does not survive`(test: X86Case) async throws {
        let owners: Set<LayoutOwner.Kind> = [.initialRAMDisk, .kernelRunTime]
        let trial = try Self.trial(test, isChecked: false)
        do throws(LayoutProblem) {
            try trial.plan.check()
            Issue.record("the check passes")
        } catch {
            guard case .overlap(let first, let second) = error else {
                Issue.record("another problem: \(error)")
                return
            }
            #expect([first.owner.kind, second.owner.kind].allSatisfy(owners.contains))
        }
        let outcome = try await TrialRun.run(trial, timeout: .seconds(30))
        #expect(!outcome.report.isComplete)
        #expect(!outcome.isAgreed)
    }
}
