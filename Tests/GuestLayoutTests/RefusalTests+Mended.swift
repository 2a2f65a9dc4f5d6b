import GuestLayout
import MemoryMap
import Testing

// The faults that crosvm had and mended.

extension RefusalTests {
    private func problem(
        _ ranges: [(LayoutOwner.Kind, UInt64, UInt64)], bits: UInt8 = 40, windows: [(LayoutOwner.Kind, UInt64, UInt64)] = [],
        e820: [E820Entry] = [], architecture: GuestArchitecture = .x86_64, memoryByteCount: UInt64? = nil
    ) throws -> LayoutProblem? {
        func list(_ rows: [(LayoutOwner.Kind, UInt64, UInt64)]) throws -> [LayoutRange] {
            try rows.map { kind, start, count in
                LayoutRange(try #require(PhysicalRange(start: PhysicalAddress(start), byteCount: count)), LayoutOwner(kind))
            }
        }
        let plan = try LayoutPlan(
            architecture, physicalAddressBits: bits, ranges: list(ranges), windows: list(windows), e820: e820,
            memoryByteCount: memoryByteCount)
        do throws(LayoutProblem) {
            try plan.check()
            return nil
        } catch {
            return error
        }
    }

    private func isOverlap(_ problem: LayoutProblem?, _ low: LayoutOwner.Kind, _ high: LayoutOwner.Kind) -> Bool {
        guard case .overlap(let a, let b) = problem else { return false }
        return a.owner.kind == low && b.owner.kind == high
    }

    @Test func setupDataOverTheMPTable() throws {
        // fe9926086: in the layout of 2024 the list's window reaches up to the ACPI tables.
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.profile = .crosvmSeed
        request.payload = .kernel(.bzImage(Self.debian))
        request.setupDataByteCounts = [0x7_F000]
        #expect(Self.refusal(request) == nil)
        request.setupDataByteCounts = [0x7_F800]
        expectOverlap(
            request, .setupData, .multiprocessorPointer,
            .size(LayoutOwner(.setupData), atMost: 0x9_FC00 - 0x2_0800 - 16))
    }

    @Test func longCommandLine() {
        // 3d126b797
        var request = Self.request(512)
        request.commandLineByteCount = 2 << 20
        let refusal = Self.refusal(request)
        #expect(refusal?.problem == .badSize(LayoutOwner(.commandLine), byteCount: 2 << 20, limit: 2047))
        #expect(refusal?.cure == .size(LayoutOwner(.commandLine), atMost: 2047))
        // A kernel's own limit counts too, and its 0 means 255.
        request.payload = .kernel(
            .bzImage(BzImage(byteCount: 1 << 20, runTimeByteCount: 0x100_0000, commandLineLimit: 0)))
        #expect(Self.refusal(request)?.problem == .badSize(LayoutOwner(.commandLine), byteCount: 2 << 20, limit: 255))
    }

    @Test func setupDataUnderTheDecompressor() throws {
        // 6bf7371f8: behind the kernel, where it unpacks itself.
        let found = try problem([
            (.ram, 0x10_0000, 0x1FF0_0000), (.kernelImage, 0x20_0000, 0x78_0000), (.kernelRunTime, 0x100_0000, 0x337_8000),
            (.setupData, 0x200_0000, 0x120),
        ])
        #expect(isOverlap(found, .kernelRunTime, .setupData))
    }

    @Test func largeMPTable() {
        // 7491c0c13, 2d95c762b: one KiB is too little for 40 processors.
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.profile = .crosvmSeed
        request.virtualProcessorCount = 39
        #expect(Self.refusal(request) == nil)
        request.virtualProcessorCount = 40
        let refusal = Self.refusal(request)
        guard case .leavesWindow(let range, _) = refusal?.problem else { Issue.record("\(String(describing: refusal))"); return }
        #expect(range.owner.kind == .multiprocessorTable)
        #expect(refusal?.cure == .count(.virtualProcessors, atMost: 39))
    }

    @Test func taskStateSegmentInFirmware() throws {
        // 244f1e1d3: it lay at 0xfffbd000 once, inside firmware of 4 MiB.
        let found = try problem([
            (.ram, 0, 0xA_0000), (.firmware, 0xFFC0_0000, 0x40_0000), (.taskStateSegment, 0xFFFB_D000, 0x3000),
        ])
        #expect(isOverlap(found, .firmware, .taskStateSegment))
    }

    @Test func diskInTheHole() throws {
        // cb014484a
        let ranges: [(LayoutOwner.Kind, UInt64, UInt64)] = [
            (.ram, 0x10_0000, 0xCFF0_0000), (.lowMMIO, 0xD000_0000, 0x2400_0000), (.ram, 0x1_0000_0000, 0x1_0000_0000),
            (.initialRAMDisk, 0xCFFF_F000, 0x2000),
        ]
        guard case .outsideMemory(let disk, let memory) = try problem(ranges) else { Issue.record("another problem"); return }
        #expect(disk.owner.kind == .initialRAMDisk && memory?.last == PhysicalAddress(0xCFFF_FFFF))
    }

    @Test func bounceBufferOverDeviceTree() throws {
        // 09e715bf6, 7ddec973f: the tree goes below the buffer, and the buffer is part of the memory asked for.
        var request = AArch64LayoutRequest(memoryByteCount: 256 << 20)
        request.staticBounceBufferByteCount = 64 << 20
        let plan = try LayoutPlan(checking: request)
        #expect(plan.range(of: .deviceTree)?.start == PhysicalAddress(0x8000_0000 + (190 << 20)))
        #expect(plan.regions.array.map(\.byteCount) == [192 << 20, 64 << 20])
        let found = try problem(
            [
                (.ram, 0x8000_0000, 0xC00_0000), (.staticBounceBuffer, 0x8C00_0000, 0x400_0000),
                (.deviceTree, 0x8FE0_0000, 0x20_0000),
            ],
            architecture: .aarch64)
        guard case .outsideMemory(let tree, let place) = found else { Issue.record("another problem"); return }
        #expect(tree.owner.kind == .deviceTree && place?.owner.kind == .staticBounceBuffer)
        #expect(
            try problem(
                [(.ram, 0x8000_0000, 0x1000_0000), (.staticBounceBuffer, 0x9000_0000, 0x400_0000)], architecture: .aarch64,
                memoryByteCount: 0x1000_0000) == .amountDiffers(byteCount: 0x1400_0000, asked: 0x1000_0000))
    }

    @Test func diskSizes() {
        // 08cc3b1ae
        var request = Self.request(512, disk: 0)
        #expect(Self.refusal(request)?.problem == .badSize(LayoutOwner(.initialRAMDisk), byteCount: 0, limit: 0xFFFF_FFFF))
        request.initialRAMDiskByteCount = 600 << 20
        let refusal = Self.refusal(request)
        guard case .noRoom(LayoutOwner(.initialRAMDisk), 629_145_600, _) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(refusal?.cure == .memory(atLeast: (600 << 20) + 0x440_0000))
        var other = AArch64LayoutRequest(memoryByteCount: 512 << 20)
        other.initialRAMDiskByteCount = .max
        #expect(Self.refusal(other) != nil)
    }

    @Test func kernelEndOffByOne() throws {
        // ffb9562ad
        let low: [(LayoutOwner.Kind, UInt64, UInt64)] = [(.ram, 0x10_0000, 0x1FF0_0000), (.kernelImage, 0x20_0000, 0x1000)]
        #expect(isOverlap(try problem(low + [(.initialRAMDisk, 0x20_0FFF, 1)]), .kernelImage, .initialRAMDisk))
        #expect(try problem(low + [(.initialRAMDisk, 0x20_1000, 1)]) == nil)
    }

    @Test func highWindowEnd() throws {
        // 82e7bfeda: the last address is 2^40 - 1.
        let ram: (LayoutOwner.Kind, UInt64, UInt64) = (.ram, 0, 0xA_0000)
        #expect(try problem([ram, (.highMMIO, 1 << 32, (1 << 40) - (1 << 32))]) == nil)
        guard case .exceedsAddressWidth(let range, 40) = try problem([ram, (.highMMIO, 1 << 32, (1 << 40) - (1 << 32) + 1)])
        else {
            Issue.record("another problem")
            return
        }
        #expect(range.owner.kind == .highMMIO)
    }

    @Test func tableClaims() throws {
        // a4a46df15, 4664e7bb2: holes that the table calls RAM.
        let hole = E820Entry(start: PhysicalAddress(0x10_0000), byteCount: 0xFFF0_0000, kind: .ram)
        let ranges: [(LayoutOwner.Kind, UInt64, UInt64)] = [
            (.ram, 0, 0xA_0000), (.legacyHole, 0xA_0000, 0x6_0000), (.ram, 0x10_0000, 0xCFF0_0000),
            (.lowMMIO, 0xD000_0000, 0x2400_0000),
        ]
        #expect(try problem(ranges, e820: [hole]) == .tableClaimsRAM(hole))
        let legacy = E820Entry(start: PhysicalAddress(0), byteCount: 0x10_0000, kind: .ram)
        #expect(try problem(ranges, e820: [legacy]) == .tableClaimsRAM(legacy))
        let sound = E820Entry(start: PhysicalAddress(0), byteCount: 0xA_0000, kind: .ram)
        #expect(try problem(ranges, e820: [sound]) == nil)
        #expect(try problem(ranges, e820: [sound, sound]) == .tableOverlap(sound, sound))
    }

    @Test func timeOverProtectedFirmware() throws {
        // 0465b61b1
        let found = try problem(
            [
                (.ram, 0x8000_0000, 0x1000_0000), (.protectedFirmware, 0x7FC0_0000, 0x40_0000),
                (.paravirtualizedTime, 0x7FFF_0000, 0x1_0000),
            ],
            architecture: .aarch64)
        #expect(isOverlap(found, .protectedFirmware, .paravirtualizedTime))
    }

    @Test func farDisk() throws {
        let found = try problem(
            [(.ram, 0x8000_0000, 64 << 30), (.kernelImage, 0x8000_0000, 0x1000), (.initialRAMDisk, 0x8_8000_0000, 0x1000)],
            architecture: .aarch64)
        guard case .tooFarFromKernel(let disk, _, let limit) = found else { Issue.record("another problem"); return }
        #expect(disk.owner.kind == .initialRAMDisk && limit == 32 << 30)
    }
}
