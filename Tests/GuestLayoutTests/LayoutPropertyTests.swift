import GuestLayout
import MemoryMap
import SeededRandom
import Testing

/// Laws that hold for every request, whatever it asks for.
@Suite("Laws of layouts")
struct LayoutPropertyTests {
    /// Numbers that arithmetic goes wrong with.
    static let edges: [UInt64] = [
        0, 1, 7, 4095, 4096, 0xA_0000, 0x10_0000 - 1, 0x10_0000, 0x20_0000, 0x7FC0_0000, 0x7FFF_FFFF, 0x8000_0000, 0xD000_0000,
        0xF800_0000, 0xFEC0_0000, 0xFFFF_F000, 0xFFFF_FFFF, 0x1_0000_0000, (1 << 46) - 1, 1 << 46, 1 << 52, (1 << 52) + 1,
        1 << 63,
        .max - 4096, .max - 1, .max,
    ]

    static func size(_ random: inout SeededGenerator, hostile: Bool) -> UInt64 {
        if hostile, random.chance(40) { return random.pick(edges) &+ UInt64(random.below(3)) &- 1 }
        return UInt64(1 + random.below(1 << (1 + random.below(32))))
    }

    static func kernel(_ random: inout SeededGenerator, hostile: Bool) -> KernelImage? {
        switch random.below(8) {
        case 0: return nil
        case 1:
            let start = hostile ? size(&random, hostile: true) : 0x20_0000 + UInt64(random.below(1 << 24))
            let last = start.addingReportingOverflow(UInt64(random.below(1 << 24)))
            return .elf(
                ELFKernel(start: start, last: last.overflow ? .max : last.partialValue, entry: start, is64Bit: random.chance(50)))
        case 2 where hostile:
            return .arm64(
                ARM64Image(
                    byteCount: size(&random, hostile: true), textOffset: size(&random, hostile: true),
                    imageByteCount: size(&random, hostile: true)))
        default:
            return .bzImage(
                BzImage(
                    byteCount: hostile ? size(&random, hostile: true) : UInt64(20_000 + random.below(16 << 20)),
                    setupSectors: UInt8(random.below(256)), extendedLoadFlags: UInt16(random.below(4)),
                    runTimeByteCount: hostile ? size(&random, hostile: true) : UInt64(random.below(128 << 20)),
                    preferredAddress: hostile ? size(&random, hostile: true) : 0x100_0000, isRelocatable: random.chance(80),
                    initialRAMDiskLimit: hostile ? size(&random, hostile: true) : random.pick([0, 0x7FFF_FFFF])))
        }
    }

    static func x86(_ random: inout SeededGenerator, hostile: Bool) -> X86LayoutRequest {
        var request = X86LayoutRequest(memoryByteCount: UInt64(1 + random.below(1 << (3 + random.below(18)))) << 20)
        if hostile, random.chance(50) { request.memoryByteCount = size(&random, hostile: true) }
        if random.oneIn(6) { request.profile = .crosvmSeed }
        request.payload =
            random.chance(80)
            ? .kernel(kernel(&random, hostile: hostile)) : .firmware(byteCount: size(&random, hostile: hostile) & ~0xFFF)
        if random.chance(60), case .kernel = request.payload { request.initialRAMDiskByteCount = size(&random, hostile: hostile) }
        request.commandLineByteCount = UInt64(random.below(2100))
        request.setupDataByteCounts = (0..<random.below(4)).map { _ in size(&random, hostile: hostile) & (hostile ? .max : 0xFFFF)
        }
        request.virtualProcessorCount = hostile && random.oneIn(8) ? size(&random, hostile: true) : UInt64(1 + random.below(254))
        request.pciInterruptCount = hostile && random.oneIn(8) ? size(&random, hostile: true) : UInt64(random.below(64))
        if random.oneIn(6) { request.acpiByteCount = size(&random, hostile: hostile) }
        if random.oneIn(6) { request.smbiosByteCount = size(&random, hostile: hostile) }
        if random.oneIn(4) {
            request.pciMemoryStart = PhysicalAddress(
                hostile ? size(&random, hostile: true) : UInt64(1 + random.below(3900)) << 20)
        }
        if random.oneIn(6) {
            request.pciMemoryByteCount = hostile ? size(&random, hostile: true) : UInt64(1 + random.below(1024)) << 20
        }
        if random.oneIn(4) {
            request.ecamByteCount = hostile ? size(&random, hostile: true) : 1 << UInt64(20 + random.below(9))
            request.ecamStart = PhysicalAddress(
                hostile ? size(&random, hostile: true) : UInt64(random.below(16)) << 28)
        }
        request.isProtected = random.oneIn(5)
        if random.oneIn(6) { request.flashByteCount = size(&random, hostile: hostile) & ~0xFFF }
        if random.oneIn(6) { request.persistentStoreByteCount = size(&random, hostile: hostile) }
        request.physicalAddressBits = hostile ? UInt8(random.below(70)) : UInt8(32 + random.below(21))
        if random.oneIn(5) {
            let start = PhysicalAddress(size(&random, hostile: hostile))
            if let range = PhysicalRange(start: start, byteCount: 4096) { request.mappedFiles = [range] }
        }
        return request
    }

    static func aarch64(_ random: inout SeededGenerator, hostile: Bool) -> AArch64LayoutRequest {
        var request = AArch64LayoutRequest(memoryByteCount: UInt64(4 + random.below(1 << (3 + random.below(18)))) << 20)
        if hostile, random.chance(50) { request.memoryByteCount = size(&random, hostile: true) }
        if random.oneIn(6) { request.profile = .crosvmSeed }
        switch random.below(4) {
        case 0: request.payload = .bootloader(byteCount: size(&random, hostile: hostile))
        case 1: break
        default:
            request.payload = .kernel(
                .arm64(
                    ARM64Image(
                        byteCount: hostile ? size(&random, hostile: true) : UInt64(1 + random.below(32 << 20)),
                        textOffset: hostile ? size(&random, hostile: true) : random.pick([0, 0x8_0000]),
                        imageByteCount: hostile ? size(&random, hostile: true) : UInt64(random.below(48 << 20)))))
        }
        if random.chance(50), case .kernel = request.payload { request.initialRAMDiskByteCount = size(&random, hostile: hostile) }
        if request.profile == .crosvm, random.chance(50) {
            request.deviceTreePosition = random.pick([.start, .afterPayload, .end])
        }
        request.interruptController = random.chance(70) ? .gicV3 : .gicV2
        request.virtualProcessorCount = hostile && random.oneIn(8) ? size(&random, hostile: true) : UInt64(1 + random.below(8))
        request.cpuFrequency = random.pick([nil, .version1, .version2])
        if random.oneIn(5) { request.pciMemoryStart = PhysicalAddress(size(&random, hostile: hostile)) }
        if random.oneIn(6) { request.pciMemoryByteCount = size(&random, hostile: hostile) }
        if random.oneIn(6) { request.pciConfigurationStart = PhysicalAddress(size(&random, hostile: hostile)) }
        request.isProtected = random.oneIn(4)
        if random.oneIn(4) {
            request.staticBounceBufferByteCount = hostile ? size(&random, hostile: true) : UInt64(random.below(64)) << 20
        }
        request.physicalAddressBits = hostile ? UInt8(random.below(70)) : UInt8(32 + random.below(21))
        return request
    }

    /// What a sound plan has to be, told without the checker's own ways.
    private func expectSound(_ plan: LayoutPlan, _ memory: UInt64) {
        let space = plan.addressSpace.array.filter { $0.owner.kind != .mappedFile }
        for (index, range) in space.enumerated() {
            #expect(range.last.rawValue < 1 << UInt64(plan.physicalAddressBits))
            for other in space[..<index] where other.overlaps(range) { Issue.record("\(other) \(range)") }
        }
        for (index, range) in plan.contents.array.enumerated() {
            #expect(space.contains { $0.contains(range) && $0.owner.kind.isMemory }, "\(range)")
            for other in plan.contents.array[..<index] where other.overlaps(range) {
                let kinds = Set([other.owner.kind, range.owner.kind])
                let isAllowed =
                    kinds == [.kernelImage, .kernelRunTime] || kinds == [.globalDescriptorTable, .interruptDescriptorTable]
                    || kinds == [.zeroPage, .bootStack]
                if !isAllowed { Issue.record("\(other) \(range)") }
            }
            if let window = plan.window(of: range.owner.kind) { #expect(window.contains(range.range)) }
        }
        for entry in plan.e820.array where entry.kind == .ram {
            #expect(space.contains { $0.owner.kind.isRAM && $0.start <= entry.start && entry.last <= $0.last })
        }
        for pair in plan.uncached.array {
            #expect(pair.byteCount.nonzeroBitCount == 1 && pair.start.isAligned(to: pair.byteCount))
        }
        let ram = space.filter { $0.owner.kind == .ram || $0.owner.kind == .legacyHole }.reduce(0) { $0 + $1.byteCount }
        #expect(ram <= memory)
    }

    private func same(_ a: LayoutPlan, _ b: LayoutPlan) -> Bool {
        a.addressSpace == b.addressSpace && a.contents == b.contents && a.regions == b.regions && a.e820 == b.e820
            && a.entry == b.entry
    }

    @Test("x86-64", arguments: 0..<8) func x86(_ seed: UInt64) {
        expectLaws(seed) { Self.x86(&$0, hostile: false) }
    }

    @Test("AArch64", arguments: 0..<8) func aarch64(_ seed: UInt64) {
        expectLaws(seed) { Self.aarch64(&$0, hostile: false) }
    }

    private func expectLaws<Request: LayoutRequest>(_ seed: UInt64, _ request: (inout SeededGenerator) -> Request) {
        var random = SeededGenerator(seed: seed)
        var (sound, refused, cured, healed) = (0, 0, 0, 0)
        for _ in 0..<100 {
            let request = request(&random)
            do throws(LayoutRefusal) {
                let plan = try LayoutPlan(checking: request)
                expectSound(plan, request.memoryByteCount)
                if let again = try? LayoutPlan(checking: request) { #expect(same(plan, again)) }
                sound += 1
            } catch {
                refused += 1
                guard let cure = error.cure else { continue }
                cured += 1
                // Sound, or refused for something else.
                do throws(LayoutRefusal) {
                    _ = try LayoutPlan(checking: request.applying(cure))
                    healed += 1
                } catch let next {
                    #expect(next.problem != error.problem)
                }
            }
        }
        #expect(sound > 10 && refused > 10 && cured > 5 && healed > 3, "\(sound) \(refused) \(cured) \(healed)")
    }

    private func expectPlanOrProblem(_ request: some LayoutRequest) {
        do throws(LayoutRefusal) {
            expectSound(try LayoutPlan(checking: request), request.memoryByteCount)
        } catch {
            #expect(!error.description.isEmpty)
        }
    }

    @Test("hostile numbers make plans or problems, never traps", arguments: 0..<8) func hostile(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1_000)
        for _ in 0..<150 {
            expectPlanOrProblem(Self.x86(&random, hostile: true))
            expectPlanOrProblem(Self.aarch64(&random, hostile: true))
        }
    }
}
