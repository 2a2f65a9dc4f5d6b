@testable import GuestLayout
import MemoryMap
import Testing

/// Values that the tests of crosvm, OpenVMM, Firecracker and rust-vmm expect.
@Suite("Values of other monitors' tests")
struct PeerValueTests {
    static let gibibyte: UInt64 = 1 << 30
    static let mebibyte: UInt64 = 1 << 20

    private func crosvm(_ memory: UInt64, firmware: UInt64? = nil) throws -> LayoutPlan {
        var request = X86LayoutRequest(memoryByteCount: memory)
        request.ecamStart = PhysicalAddress(3 * Self.gibibyte)
        request.ecamByteCount = 256 * Self.mebibyte
        request.pciMemoryStart = PhysicalAddress(2 * Self.gibibyte)
        if let firmware { request.payload = .firmware(byteCount: firmware) }
        return try LayoutPlan(request)
    }

    private func region(_ start: UInt64, _ count: UInt64, _ purpose: GuestRegion.Purpose = .memory) -> GuestRegion {
        GuestRegion(start: PhysicalAddress(start), byteCount: count, purpose: purpose)
    }

    private var low: [GuestRegion] { [region(0, 640 << 10), region(640 << 10, 384 << 10, .reserved)] }

    @Test func crosvmRegions() throws {
        let (gib, mib) = (Self.gibibyte, Self.mebibyte)
        #expect(try crosvm(512 * mib).regions.array == low + [region(mib, 511 * mib)])
        #expect(
            try crosvm(4 * gib + 0x8000).regions.array == low + [region(mib, 2 * gib - mib), region(4 * gib, 2 * gib + 0x8000)])
        #expect(
            try crosvm(512 * mib, firmware: mib).regions.array
                == low + [region(mib, 511 * mib), region(4 * gib - mib, mib, .firmware)])
        #expect(
            try crosvm(4 * gib + 0x8000, firmware: mib).regions.array
                == low + [
                    region(mib, 2 * gib - mib), region(4 * gib - mib, mib, .firmware), region(4 * gib, 2 * gib + 0x8000),
                ])
        #expect(try crosvm(2 * gib).regions.array == low + [region(mib, 2 * gib - mib)])
        #expect(
            try crosvm(2 * gib, firmware: mib).regions.array
                == low + [region(mib, 2 * gib - mib), region(4 * gib - mib, mib, .firmware)])
    }

    @Test func crosvmWindows() throws {
        let plan = try crosvm(2 * Self.gibibyte)
        let pieces = plan.addressSpace.array.filter { $0.owner.kind == .lowMMIO }
        #expect(pieces.first?.start == PhysicalAddress(2 * Self.gibibyte))
        #expect(plan.range(of: .ecam) == PhysicalRange(from: 3 * Self.gibibyte, to: 3 * Self.gibibyte + 256 * Self.mebibyte - 1))
        #expect(pieces.map(\.last) == [PhysicalAddress(3 * Self.gibibyte - 1), PhysicalAddress(0xF7FF_FFFF)])
        // The gap starts at a multiple of 256 MiB, so that few MTRRs cover it.
        let usual = try LayoutPlan(X86LayoutRequest(memoryByteCount: Self.gibibyte))
        #expect(usual.range(of: .lowMMIO)?.start.isAligned(to: 256 * Self.mebibyte) == true)
    }

    @Test func setupData() throws {
        var request = X86LayoutRequest(memoryByteCount: Self.gibibyte)
        #expect(try LayoutPlan(request).range(of: .setupData) == nil)
        request.setupDataByteCounts = [13, 9]
        let plan = try LayoutPlan(request)
        #expect(plan.range(of: LayoutOwner(.setupData, 0)) == PhysicalRange(from: 0x2_0800, to: 0x2_081C))
        #expect(plan.range(of: LayoutOwner(.setupData, 1)) == PhysicalRange(from: 0x2_0820, to: 0x2_0838))
    }

    @Test func highestImage() {
        let regions = [region(0, 0x4000_0000), region(0x8000_0000, 0x4000_0000)]
        let place = LayoutPlan.highestPlace(for: 1234, in: regions.span, above: 0x7FFF, highest: 0xFFFF_FFFF, alignment: 0x8000)
        #expect(place == 0xBFFF_8000)
        #expect(LayoutPlan.highestPlace(for: 1234, in: regions.span, above: 0xBFFF_8000, highest: .max, alignment: 0x8000) == nil)
        #expect(
            LayoutPlan.highestPlace(for: 1234, in: regions.span, above: 0, highest: 0x7FFF_FFFF, alignment: 0x8000) == 0x3FFF_8000
        )
    }

    @Test func arm64Kernels() throws {
        var request = AArch64LayoutRequest(memoryByteCount: Self.gibibyte)
        // Behind a device tree of 2 MiB, as crosvm's tests load it.
        request.deviceTreePosition = .start
        request.payload = .kernel(.arm64(ARM64Image(byteCount: 0xDC_3808, textOffset: 0xE7_0000, imageByteCount: 0xDC_0000)))
        let base: UInt64 = 0x8000_0000
        #expect(
            try LayoutPlan(request).range(of: .kernelRunTime) == PhysicalRange(from: base + 0x107_0000, to: base + 0x1E3_3807))
        request.payload = .kernel(.arm64(ARM64Image(byteCount: 0xDC_3808, textOffset: 0xE7_0000, imageByteCount: 0)))
        #expect(try LayoutPlan(request).range(of: .kernelRunTime) == PhysicalRange(from: base + 0x28_0000, to: base + 0x104_3807))
    }

    @Test func mappedFiles() throws {
        func pieces(_ files: (UInt64, UInt64)...) throws -> [MemoryPiece] {
            var request = X86LayoutRequest(memoryByteCount: 0xD000_0000 + 0x8_0000)
            // One region below 4 GiB, as in crosvm's test.
            request.profile = .crosvmSeed
            request.mappedFiles = try files.map { start, count in
                try #require(PhysicalRange(start: PhysicalAddress(start), byteCount: count))
            }
            return try LayoutPlan(request).memoryPieces()
        }
        let low = MemoryPiece(region: region(0, 0xD000_0000), file: nil)
        let high = MemoryPiece(region: region(0x1_0000_0000, 0x8_0000), file: nil)
        #expect(try pieces() == [low, high])
        // Outside RAM: a device's memory, which leaves RAM alone.
        #expect(try pieces((0xD000_0000, 0x1000)) == [low, high])
        #expect(
            try pieces((0, 0x2000)) == [
                MemoryPiece(region: region(0, 0x2000), file: 0), MemoryPiece(region: region(0x2000, 0xCFFF_E000), file: nil),
                high,
            ])
        #expect(
            try pieces((0xD000_0000 - 0x2000, 0x2000)) == [
                MemoryPiece(region: region(0, 0xD000_0000 - 0x2000), file: nil),
                MemoryPiece(region: region(0xD000_0000 - 0x2000, 0x2000), file: 0), high,
            ])
        #expect(
            try pieces((0x1000, 0x2000)) == [
                MemoryPiece(region: region(0, 0x1000), file: nil), MemoryPiece(region: region(0x1000, 0x2000), file: 0),
                MemoryPiece(region: region(0x3000, 0xCFFF_D000), file: nil), high,
            ])
        #expect(
            try pieces((0x1_0000_0000, 0x2000)) == [
                low, MemoryPiece(region: region(0x1_0000_0000, 0x2000), file: 0),
                MemoryPiece(region: region(0x1_0000_2000, 0x7_E000), file: nil),
            ])
        #expect(
            try pieces((0x1_0008_0000 - 0x2000, 0x2000)) == [
                low, MemoryPiece(region: region(0x1_0000_0000, 0x7_E000), file: nil),
                MemoryPiece(region: region(0x1_0008_0000 - 0x2000, 0x2000), file: 0),
            ])
        #expect(throws: LayoutProblem.self) { try pieces((0xA000_0000, 0x6000_2000)) }
        #expect(throws: LayoutProblem.self) { try pieces((0x1000, 0x2000), (0x2000, 0x1000)) }
        var request = X86LayoutRequest(memoryByteCount: Self.gibibyte)
        request.mappedFiles = [PhysicalRange(from: 0xA_1000, to: 0xA_1FFF)]
        #expect(try LayoutPlan(request).memoryPieces().first { $0.file == 0 }?.region.purpose == .reserved)
    }

    private func split(
        _ count: UInt64, _ taken: [(UInt64, UInt64)], alignment: UInt64 = 4096, lowest: UInt64 = 0
    ) -> [[UInt64]]? {
        MemorySplit.pieces(
            of: count, avoiding: taken.map { PhysicalRange(from: $0, to: $1 - 1) }, alignment: alignment,
            lowest: PhysicalAddress(lowest)
        )?.map { [$0.start.rawValue, $0.last.rawValue + 1] }
    }

    @Test func openVMM() throws {
        let (gib, mib) = (Self.gibibyte, Self.mebibyte)
        // Windows below 4 GiB come from the top down.
        var pool = try ResourcePool([2 * gib...0xFDFF_FFFF], alignment: mib)
        #expect(try pool.allocate(mib, for: .anonymous(0), tag: "a", reverse: true) == 0xFDF0_0000)
        #expect(try pool.allocate(mib, for: .anonymous(1), tag: "b", reverse: true) == 0xFDE0_0000)
        // RAM goes around what has a fixed place.
        #expect(
            split(3 * gib, [(gib, gib + mib), (2 * gib, 4 * gib)])
                == [[0, gib], [gib + mib, 2 * gib], [4 * gib, 5 * gib + mib]])
        #expect(split(2 * gib, [(gib + mib, gib + 2 * mib)], alignment: gib) == [[0, gib], [2 * gib, 3 * gib]])
        // A second request starts where the first ended.
        #expect(split(256 * mib, [(gib + mib, gib + 2 * mib)], lowest: 3 * gib) == [[3 * gib, 3 * gib + 256 * mib]])
        #expect(split(.max, [(0, 4096)]) == nil)
        #expect(split(0, []) == nil)
    }

    @Test func firecracker() {
        let gib = Self.gibibyte
        #expect(split(gib, [(3 * gib, 4 * gib)]) == [[0, gib]])
        #expect(split(4 * gib, [(3 * gib, 4 * gib)]) == [[0, 3 * gib], [4 * gib, 5 * gib]])
        #expect(
            split(2048 * gib, [(256 * gib, 512 * gib)], lowest: 2 * gib)
                == [[2 * gib, 256 * gib], [512 * gib, 512 * gib + 1794 * gib]])
    }
}
