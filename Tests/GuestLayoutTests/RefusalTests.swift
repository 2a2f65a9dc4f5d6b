import GuestLayout
import MemoryMap
import Testing

/// The faults that crosvm's code leaves unchecked and, in `RefusalTests+Mended.swift`, those that it had and mended: each is refused,
/// with who, where and what helps.
@Suite("Refusals")
struct RefusalTests {
    /// Debian's cloud kernel 6.1: it unpacks itself into 0x1000000 to 0x4377fff.
    static let debian = BzImage(byteCount: 7_900_000, runTimeByteCount: 0x337_8000)

    static func request(_ mebibytes: UInt64, disk: UInt64? = 1_983_864) -> X86LayoutRequest {
        var request = X86LayoutRequest(memoryByteCount: mebibytes << 20)
        request.payload = .kernel(.bzImage(debian))
        request.initialRAMDiskByteCount = disk
        return request
    }

    static func refusal(_ request: some LayoutRequest, _ strictness: LayoutStrictness = .bootable) -> LayoutRefusal? {
        do throws(LayoutRefusal) {
            _ = try LayoutPlan(checking: request, strictness)
            return nil
        } catch {
            return error
        }
    }

    /// Refused for two owners at an address, cured by a change that works.
    func expectOverlap(
        _ request: X86LayoutRequest, _ low: LayoutOwner.Kind, _ high: LayoutOwner.Kind, _ cure: LayoutCure?,
        _ strictness: LayoutStrictness = .bootable, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let refusal = Self.refusal(request, strictness)
        guard case .overlap(let a, let b) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))", sourceLocation: sourceLocation)
            return
        }
        #expect([a.owner.kind, b.owner.kind] == [low, high], sourceLocation: sourceLocation)
        #expect(a.overlaps(b), sourceLocation: sourceLocation)
        #expect(refusal?.cure == cure, sourceLocation: sourceLocation)
        if let cure = refusal?.cure {
            #expect(Self.refusal(request.applying(cure), strictness) == nil, sourceLocation: sourceLocation)
        }
    }

    @Test("1: the initial RAM disk inside the kernel's run-time window", arguments: [64, 66, 68, 69])
    func diskInRunTimeWindow(_ mebibytes: UInt64) {
        expectOverlap(Self.request(mebibytes), .kernelRunTime, .initialRAMDisk, .memory(atLeast: 70 << 20))
    }

    @Test("1: without a RAM disk the window itself has to be there")
    func runTimeWindowOutsideMemory() {
        let refusal = Self.refusal(Self.request(64, disk: nil))
        guard case .outsideMemory(let range, let nearest) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(range.owner.kind == .kernelRunTime)
        #expect(range.last == PhysicalAddress(0x437_7FFF))
        #expect(nearest?.last == PhysicalAddress((64 << 20) - 1))
        #expect(refusal?.cure == .memory(atLeast: 68 << 20))
    }

    @Test("1: what boots is not refused", arguments: [70, 71, 128, 512, 3327, 3328, 3329, 5120, 1 << 16])
    func enoughMemory(_ mebibytes: UInt64) {
        #expect(Self.refusal(Self.request(mebibytes)) == nil)
    }

    @Test("2: ACPI tables run over SMBIOS")
    func acpiOverSMBIOS() {
        var request = Self.request(512)
        request.acpiByteCount = 0x1_0001
        expectOverlap(request, .acpiTables, .smbiosTables, .size(LayoutOwner(.acpiTables), atMost: 0x1_0000))
        request.acpiByteCount = 0x2_0001
        expectOverlap(request, .acpiTables, .smbiosTables, .size(LayoutOwner(.acpiTables), atMost: 0x1_0000))
    }

    @Test("3: SMBIOS tables flow past 1 MiB")
    func smbiosPastOneMebibyte() {
        var request = Self.request(512)
        request.smbiosByteCount = 0x1_0001
        let refusal = Self.refusal(request)
        guard case .outsideMemory(let range, _) = refusal?.problem else { Issue.record("\(String(describing: refusal))"); return }
        #expect(range.owner.kind == .smbiosTables)
        #expect(range.last == PhysicalAddress(0x10_0000))
        #expect(refusal?.cure == .size(LayoutOwner(.smbiosTables), atMost: 0x1_0000))
    }

    @Test("4: the GDT and the IDT share zero bytes: harmless, and refused by a strict check")
    func descriptorTables() throws {
        var harmless: [LayoutProblem] = []
        try LayoutPlan(Self.request(512)).findProblems { problem, isHarmless in
            #expect(isHarmless)
            harmless.append(problem)
            return true
        }
        #expect(harmless.count == 2)
        guard case .overlap(let gdt, let idt) = harmless.first else { Issue.record("another problem"); return }
        #expect(gdt.last == PhysicalAddress(0x152F) && idt.start == PhysicalAddress(0x1528))
        #expect(gdt.owner.kind == .globalDescriptorTable && idt.owner.kind == .interruptDescriptorTable)
        // An IDT that starts in the middle of a descriptor is no sharing of zeros.
        var request = Self.request(512)
        request.moved = [MovedOwner(LayoutOwner(.interruptDescriptorTable), to: PhysicalAddress(0x1520))]
        expectOverlap(
            request, .globalDescriptorTable, .interruptDescriptorTable,
            .move(LayoutOwner(.interruptDescriptorTable), to: PhysicalAddress(0x1530)))
    }

    @Test("5: the boot stack grows into boot_params")
    func bootStack() {
        var request = Self.request(512)
        request.moved = [MovedOwner(LayoutOwner(.interruptDescriptorTable), to: PhysicalAddress(0x1530))]
        expectOverlap(
            request, .zeroPage, .bootStack, .move(LayoutOwner(.bootStack), to: PhysicalAddress(0x1538)), .strict)
        request.moved.append(MovedOwner(LayoutOwner(.bootStack), to: PhysicalAddress(0x7100)))
        expectOverlap(request, .zeroPage, .bootStack, .move(LayoutOwner(.bootStack), to: PhysicalAddress(0x1538)))
    }

    @Test("6: the MP table reaches its own floating pointer")
    func multiprocessorTable() {
        var request = Self.request(512)
        request.virtualProcessorCount = 254
        #expect(Self.refusal(request) == nil)
        request.pciInterruptCount = 200
        expectOverlap(
            request, .multiprocessorTable, .multiprocessorPointer, .count(.pciInterrupts, atMost: 104))
        request.virtualProcessorCount = 1
        #expect(Self.refusal(request) == nil)
    }

    @Test("7: setup_data with its headers fills its window")
    func setupDataHeaders() {
        var request = Self.request(512)
        let window: UInt64 = 0x9_E800 - 0x2_0800
        request.setupDataByteCounts = [256, window - 256 - 16 - 16]
        let refusal = Self.refusal(request)
        guard case .leavesWindow(let range, let bounds) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(range.owner == LayoutOwner(.setupData, 1))
        #expect(bounds.start == PhysicalAddress(0x2_0800))
        // An exact fit is refused too, as crosvm does.
        #expect(range.last == PhysicalAddress(0x9_E7FF))
        #expect(refusal?.cure == .size(LayoutOwner(.setupData, 1), atMost: window - 256 - 16 - 16 - 1))
        request.setupDataByteCounts[1] += 1
        expectOverlap(
            request, .setupData, .multiprocessorTable, .size(LayoutOwner(.setupData, 1), atMost: window - 256 - 16 - 16 - 1))
    }

    @Test("8: firmware above 16 MiB over the TSS")
    func largeFirmware() {
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.payload = .firmware(byteCount: 16 << 20)
        #expect(Self.refusal(request) == nil)
        request.payload = .firmware(byteCount: (16 << 20) + 4096)
        expectOverlap(
            request, .taskStateSegment, .firmware, .size(LayoutOwner(.firmware), atMost: 16 << 20))
        request.payload = .firmware(byteCount: 32 << 20)
        expectOverlap(request, .firmware, .ioAPIC, .size(LayoutOwner(.firmware), atMost: 16 << 20))
        request.payload = .firmware(byteCount: 8 << 20)
        request.flashByteCount = 9 << 20
        expectOverlap(request, .flash, .identityMap, .size(LayoutOwner(.flash), atMost: 8 << 20))
    }

    @Test("9: RAM passes the physical address bits", arguments: [(1 << 20, 40, 41), (1 << 16, 36, 37), (1 << 12, 32, 33)])
    func addressWidth(_ mebibytes: UInt64, _ bits: UInt8, _ needed: UInt8) {
        var request = Self.request(mebibytes)
        request.physicalAddressBits = bits
        let refusal = Self.refusal(request)
        guard case .exceedsAddressWidth(let range, bits) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(range.last.rawValue >= 1 << UInt64(bits))
        #expect(refusal?.cure == .addressBits(needed))
    }

    @Test("9: nothing is left above memory that is all within reach: harmless")
    func emptyPool() throws {
        var request = Self.request((64 << 10) - 768 - 128)
        request.physicalAddressBits = 36
        #expect(Self.refusal(request) == nil)
        // A strict check meets the descriptor tables first, so all problems are looked at.
        var pools: [LayoutProblem] = []
        try LayoutPlan(request).findProblems { problem, isHarmless in
            if case .emptyPool = problem, isHarmless { pools.append(problem) }
            return true
        }
        let end = PhysicalAddress(1 << 36)
        #expect(pools == [.emptyPool(LayoutOwner(.highMMIO), start: end, limit: PhysicalAddress((1 << 36) - 1))])
    }

    @Test("10: less memory than the legacy area") func tooLittleMemory() {
        let refusal = Self.refusal(Self.request(0))
        #expect(refusal?.problem == .memoryTooSmall(byteCount: 0, needed: 1 << 20))
        #expect(refusal?.cure == .memory(atLeast: 70 << 20))
        var request = Self.request(512)
        request.pciMemoryStart = PhysicalAddress(0x8_0000)
        expectOverlap(request, .ram, .lowMMIO, .pciMemory(start: PhysicalAddress(0x440_0000)))
        request.pciMemoryStart = PhysicalAddress(0xC_0000)
        expectOverlap(request, .legacyHole, .lowMMIO, .pciMemory(start: PhysicalAddress(0x440_0000)))
        request.pciMemoryStart = nil
        request.ecamStart = PhysicalAddress(0)
        expectOverlap(request, .ram, .ecam, .configuration(start: PhysicalAddress(0x800_0000)))
    }

    @Test("a window that starts or ends above 4 GiB goes where windows are") func windowAbove4GiB() {
        for start in [0x1_0000_0000, UInt64.max - 4095] {
            var request = Self.request(512)
            request.pciMemoryStart = PhysicalAddress(start)
            guard case .leavesWindow(let window, _) = Self.refusal(request)?.problem else { Issue.record("accepted"); return }
            #expect(window.owner.kind == .lowMMIO && window.start == PhysicalAddress(start))
            #expect(Self.refusal(request)?.cure == .pciMemory(start: PhysicalAddress(0xD000_0000)))
        }
        var request = Self.request(512)
        request.ecamStart = PhysicalAddress(0x1_0000_0000)
        guard case .leavesWindow(let window, _) = Self.refusal(request)?.problem else { Issue.record("accepted"); return }
        #expect(window.owner.kind == .ecam)
        #expect(Self.refusal(request)?.cure == .configuration(start: PhysicalAddress(0xF800_0000)))
    }

    @Test("the configuration space goes to the nearest place, not to the lowest") func nearestConfiguration() {
        var request = Self.request(1024)
        request.ecamStart = PhysicalAddress(0xF000_0000)
        request.ecamByteCount = 256 << 20
        expectOverlap(request, .ecam, .ioAPIC, .configuration(start: PhysicalAddress(0xE000_0000)))
    }

    @Test("a size of nothing is not cured by the greatest one") func nothingAtAll() {
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.payload = .firmware(byteCount: 0)
        var refusal = Self.refusal(request)
        #expect(refusal?.cure == nil)
        #expect(refusal?.problem.explanation == "firmware: 0 bytes are not possible; at least one is needed")
        request = Self.request(512)
        request.ecamByteCount = 0
        refusal = Self.refusal(request)
        #expect(refusal != nil && refusal?.cure == nil)
    }

    @Test("firmware comes in pages") func firmwareInPages() {
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.payload = .firmware(byteCount: 5000)
        #expect(Self.refusal(request)?.problem == .misaligned(LayoutOwner(.firmware), value: 5000, alignment: 4096))
        #expect(Self.refusal(request)?.cure == .size(LayoutOwner(.firmware), atMost: 4096))
        request.payload = .firmware(byteCount: 6)
        #expect(Self.refusal(request)?.cure == nil)
    }

    @Test("more RAM than there are addresses, and a bounce buffer of all of it, have a cure") func curesOfAmounts() {
        var request = Self.request(512)
        request.memoryByteCount = .max
        guard case .memoryAtMost(let most) = Self.refusal(request)?.cure else { Issue.record("no cure"); return }
        #expect(Self.refusal(request.applying(.memoryAtMost(most))) == nil)
        #expect(Self.refusal(request.applying(.memoryAtMost(most + (1 << 20)))) != nil)
        var guest = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        guest.payload = .kernel(.arm64(ARM64Image(byteCount: 32 << 20, imageByteCount: 40 << 20)))
        guest.staticBounceBufferByteCount = 1 << 30
        guard case .memory(let least) = Self.refusal(guest)?.cure else { Issue.record("no cure"); return }
        #expect(Self.refusal(guest.applying(.memory(atLeast: least))) == nil)
        #expect(Self.refusal(guest.applying(.memory(atLeast: least - (1 << 20)))) != nil)
    }

    @Test("a file mapped over a device goes to the next gap for devices", arguments: [0xFEC0_0000, 0xF400_0000])
    func mappingOverDevice(_ start: UInt64) {
        var request = Self.request(512)
        request.mappedFiles = [PhysicalRange(from: start, to: start + 0xFFF)]
        let next: UInt64 = start == 0xFEC0_0000 ? 0xFEC0_1000 : 0xF800_0000
        expectOverlap(
            request, start == 0xFEC0_0000 ? .ioAPIC : .ecam, .mappedFile,
            .move(LayoutOwner(.mappedFile), to: PhysicalAddress(next)))
        var guest = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        guest.mappedFiles = [PhysicalRange(from: 0x2000, to: 0x2FFF)]
        #expect(Self.refusal(guest)?.cure == .move(LayoutOwner(.mappedFile), to: PhysicalAddress(0x4000)))
    }

    @Test("a mapping that sticks out of RAM asks for the RAM, not for another place") func mappingPastMemory() {
        var request = Self.request(512, disk: nil)
        request.mappedFiles = [PhysicalRange(from: 0x1000_0000, to: 0x2FFF_FFFF)]
        #expect(Self.refusal(request)?.cure == .memory(atLeast: 768 << 20))
    }

    @Test("11: the window for devices runs over the I/O APIC") func windowOverAPIC() {
        var request = Self.request(512)
        request.pciMemoryStart = PhysicalAddress(0xE000_0000)
        request.pciMemoryByteCount = 0x2000_0000
        expectOverlap(request, .lowMMIO, .ioAPIC, .pciMemoryLast(atMost: PhysicalAddress(0xFEBF_FFFF)))
        // Beyond 0xf8000000, but in nobody's way.
        request.pciMemoryByteCount = 0x1800_1000
        #expect(Self.refusal(request) == nil)
    }

    @Test("12: AArch64 device trees and RAM disks without room are errors") func noRoomForDeviceTree() {
        var request = AArch64LayoutRequest(memoryByteCount: 64 << 20)
        request.payload = .kernel(.arm64(ARM64Image(byteCount: 32 << 20, imageByteCount: 40 << 20)))
        #expect(Self.refusal(request) == nil)
        request.initialRAMDiskByteCount = 15 << 20
        var refusal = Self.refusal(request)
        guard case .overlap(let disk, let tree) = refusal?.problem else { Issue.record("\(String(describing: refusal))"); return }
        #expect(disk.owner.kind == .initialRAMDisk && tree.owner.kind == .deviceTree)
        #expect(refusal?.cure == .memory(atLeast: 66 << 20))
        request.initialRAMDiskByteCount = 64 << 20
        refusal = Self.refusal(request)
        #expect(refusal?.cure == .memory(atLeast: 114 << 20))
    }

    @Test("13: a device tree behind the payload and past RAM") func treePastMemory() {
        var request = AArch64LayoutRequest(memoryByteCount: 34 << 20)
        request.payload = .kernel(.arm64(ARM64Image(byteCount: 32 << 20, imageByteCount: 33 << 20)))
        request.deviceTreePosition = .afterPayload
        let refusal = Self.refusal(request)
        guard case .outsideMemory(let tree, let memory) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(tree.owner.kind == .deviceTree && tree.start == PhysicalAddress(0x8220_0000))
        #expect(memory?.last == PhysicalAddress(0x821F_FFFF))
        #expect(refusal?.cure == .memory(atLeast: 36 << 20))
    }

    @Test(
        "14: AArch64 windows over devices",
        arguments: [
            (0x2000, 0x1000, LayoutOwner.Kind.realTimeClock), (0x3F8, 8, .serial), (0x1FF_8000, 0x100_0000, .paravirtualizedTime),
            (0x104_8000, 0x1000, .cpuFrequency), (0x3000_0000, 0x1000_0000, .gicRedistributors), (0x8000_0000, 0x1000, .ram),
            (0x4000_1000, 0x1000, .gicTranslationService), (0x10_0000, 0x1000, .pciConfiguration),
        ] as [(UInt64, UInt64, LayoutOwner.Kind)])
    func aarch64Windows(_ start: UInt64, _ byteCount: UInt64, _ other: LayoutOwner.Kind) {
        var request = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        request.pciMemoryStart = PhysicalAddress(start)
        request.pciMemoryByteCount = byteCount
        let refusal = Self.refusal(request)
        guard case .overlap(let a, let b) = refusal?.problem else { Issue.record("\(String(describing: refusal))"); return }
        #expect(Set([a.owner.kind, b.owner.kind]) == [.lowMMIO, other])
        if let cure = refusal?.cure { #expect(Self.refusal(request.applying(cure)) == nil) } else { Issue.record("no cure") }
    }

    @Test("14: AArch64 configuration space over RAM") func aarch64Configuration() {
        var request = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        request.pciConfigurationStart = PhysicalAddress(0x7F80_0000)
        let refusal = Self.refusal(request)
        guard case .overlap(let a, let b) = refusal?.problem else { Issue.record("\(String(describing: refusal))"); return }
        #expect([a.owner.kind, b.owner.kind] == [.pciConfiguration, .ram])
        #expect(refusal?.cure == .configuration(start: PhysicalAddress(0x1_0000)))
    }

    @Test("15: the frequency device of more than 16 processors") func frequencyStride() {
        var request = AArch64LayoutRequest(memoryByteCount: 1 << 30)
        request.cpuFrequency = .version2
        request.virtualProcessorCount = 16
        #expect(Self.refusal(request) == nil)
        request.virtualProcessorCount = 17
        let refusal = Self.refusal(request)
        guard case .leavesWindow(let range, let window) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(range.last == PhysicalAddress(0x105_0FFF))
        #expect(window.last == PhysicalAddress(0x104_FFFF))
        #expect(refusal?.cure == .count(.virtualProcessors, atMost: 16))
        request.cpuFrequency = .version1
        #expect(Self.refusal(request) == nil)
    }

    @Test("16: a mapped file that sticks out of RAM") func mappedFileOutsideMemory() throws {
        var request = Self.request(5120)
        request.mappedFiles = [try #require(PhysicalRange(start: PhysicalAddress(0xA000_0000), byteCount: 0x6000_2000))]
        let refusal = Self.refusal(request)
        guard case .outsideMemory(let range, let memory) = refusal?.problem else {
            Issue.record("\(String(describing: refusal))"); return
        }
        #expect(range.owner.kind == .memoryFile)
        #expect(memory?.last == PhysicalAddress(0xCFFF_FFFF))
        if let cure = refusal?.cure { #expect(Self.refusal(request.applying(cure)) == nil) }
    }

    @Test("17: a mapped file over a device") func mappedFileOverDevice() throws {
        var request = Self.request(512)
        request.mappedFiles = [try #require(PhysicalRange(start: PhysicalAddress(0xFEC0_0000), byteCount: 0x2000))]
        let refusal = Self.refusal(request)
        guard case .overlap(let a, let b) = refusal?.problem else { Issue.record("\(String(describing: refusal))"); return }
        #expect(Set([a.owner.kind, b.owner.kind]) == [.ioAPIC, .mappedFile])
        if let cure = refusal?.cure { #expect(Self.refusal(request.applying(cure)) == nil) } else { Issue.record("no cure") }
        // Inside a pool it is taken out of the pool.
        request.mappedFiles = [try #require(PhysicalRange(start: PhysicalAddress(0xD000_0000), byteCount: 0x2000))]
        #expect(Self.refusal(request) == nil)
    }

    @Test("more than one thing wrong: the cure is for the one that is named")
    func severalProblems() {
        var request = X86LayoutRequest(memoryByteCount: 1 << 40)
        request.payload = .firmware(byteCount: 17 << 20)
        request.physicalAddressBits = 40
        // The firmware covers two fixed places and RAM passes the address bits: one after the other.
        var cures: [LayoutCure] = []
        while let refusal = Self.refusal(request), let cure = refusal.cure, cures.count < 5 {
            cures.append(cure)
            request = request.applying(cure)
        }
        #expect(
            cures == [
                .size(LayoutOwner(.firmware), atMost: (16 << 20) + 0x3000), .size(LayoutOwner(.firmware), atMost: 16 << 20),
                .addressBits(41),
            ])
        #expect(Self.refusal(request) == nil)
        // On paper both the IDT and the stack have to move.
        let strict = Self.refusal(Self.request(512), .strict)
        #expect(strict?.cure == .move(LayoutOwner(.interruptDescriptorTable), to: PhysicalAddress(0x1530)))
    }
}
