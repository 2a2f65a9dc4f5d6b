import BootHandoff
import MemoryMap
import Testing
import SeededRandom

/// No pointer that leads out of the memory map, into free memory or over something else is accepted.
@Suite struct BootInfoValidationTests {
    /// Loader memory from 1 MiB to 6 MiB, the firmware's at 6 MiB, free memory from 7 MiB to 1 GiB, a reserved page at 2 GiB.
    static func map() throws -> PhysicalMemoryMap {
        try PhysicalMemoryMap(regions: [
            MemoryRegion(range: range(0x10_0000, 0x50_0000), type: .loaderData, attributes: .writeBack),
            MemoryRegion(range: range(0x60_0000, 0x10_0000), type: .runtimeServicesData, attributes: .writeBack),
            MemoryRegion(range: range(0x70_0000, 0x3F90_0000), type: .conventional, attributes: .writeBack),
            MemoryRegion(range: range(0x4000_0000, 0x10_0000), type: .bootServicesData, attributes: .writeBack),
            MemoryRegion(range: range(0x8000_0000, 0x1000), type: .reserved, attributes: .uncacheable),
        ])
    }

    static let location = range(0x5F_0000, 256)

    private func validate(_ change: (inout BootInfo) -> Void) throws {
        var info = BootInfo.sample
        change(&info)
        try info.validate(at: Self.location, against: Self.map(), policy: .linuxX86)
    }

    @Test func whatALoaderHandsOnIsAccepted() throws {
        try validate { _ in }
        try validate { $0.framebuffer = nil }
        try validate { $0.initrd = nil }
        try validate { $0.rsdp = PhysicalAddress(0xE0000) }
        try validate { $0.rsdp = PhysicalAddress(0xFFFE0) }
        // The very ends of the loader's memory.
        try validate { $0.initrd = range(0x5F_0100, 0xFF00) }
        try validate { $0.commandLine = range(0x5F_FFFF, 1) }
    }

    @Test func handedOnMemoryLiesInTheLoadersMemory() {
        #expect(throws: BootInfoError.notLoaderMemory(.initrdAddress, range(0x70_0000, 16))) {
            try validate { $0.initrd = range(0x70_0000, 16) }
        }
        #expect(throws: BootInfoError.notLoaderMemory(.initrdAddress, range(0x5F_8000, 0x8001))) {
            try validate { $0.initrd = range(0x5F_8000, 0x8001) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.commandLineAddress, range(0xF_FFFF, 1))) {
            try validate { $0.commandLine = range(0xF_FFFF, 1) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.kernelAddress, range(0x10_0000_0000, 0x1000))) {
            try validate { $0.kernel = range(0x10_0000_0000, 0x1000) }
        }
        #expect(throws: BootInfoError.notLoaderMemory(.memoryMapAddress, range(0x70_0000, 48))) {
            try validate { $0.memoryMap.range = range(0x70_0000, 48) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.magic, range(0x9_0000_0000, 256))) {
            try BootInfo.sample.validate(at: range(0x9_0000_0000, 256), against: Self.map(), policy: .linuxX86)
        }
    }

    @Test func loaderCodeIsTheLoadersMemoryToo() throws {
        let map = try PhysicalMemoryMap(regions: [
            MemoryRegion(range: range(0x10_0000, 0x20_0000), type: .loaderCode, attributes: .writeBack),
            MemoryRegion(range: range(0x30_0000, 0x30_0000), type: .loaderData, attributes: .writeBack),
            MemoryRegion(range: range(0x60_0000, 0x10_0000), type: .acpiReclaim, attributes: .writeBack),
        ])
        try BootInfo.sample.validate(at: Self.location, against: map, policy: .linuxX86)
    }

    @Test func tablesLieInTheMap() {
        #expect(throws: BootInfoError.outsideMemoryMap(.rsdp, range(0x9_0000_0000, 20))) {
            try validate { $0.rsdp = PhysicalAddress(0x9_0000_0000) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.rsdp, range(0xFFFF0, 20))) {
            try validate { $0.rsdp = PhysicalAddress(0xFFFF0) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.smbios, range(0xF0008, 24))) {
            try validate { $0.smbios = PhysicalAddress(0xF0008) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.smbios, range(0xDFFF0, 24))) {
            try validate { $0.smbios = PhysicalAddress(0xDFFF0) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.deviceTree, range(0xE0000, 40))) {
            try validate { $0.deviceTree = PhysicalAddress(0xE0000) }
        }
        #expect(throws: BootInfoError.outsideMemoryMap(.systemTable, range(0x400F_FFF0, 120))) {
            try validate { $0.systemTable = PhysicalAddress(0x400F_FFF0) }
        }
        #expect(throws: BootInfoError.wrapping(.rsdp, address: .max - 3, byteCount: 20)) {
            try validate { $0.rsdp = PhysicalAddress(.max - 3) }
        }
    }

    @Test func nothingOverlapsAnythingElse() {
        let kernel = BootInfo.sample.kernel
        #expect(throws: BootInfoError.overlapping(.kernelAddress, kernel, with: .initrdAddress, range(0x32_3455, 1))) {
            try validate { $0.initrd = range(0x32_3455, 1) }
        }
        #expect(throws: BootInfoError.overlapping(.magic, Self.location, with: .kernelAddress, range(0x5F_0000, 16))) {
            try validate { $0.kernel = range(0x5F_0000, 16) }
        }
        #expect(
            throws: BootInfoError.overlapping(
                .initrdAddress, range(0x40_0000, 12345), with: .commandLineAddress, range(0x40_0004, 4))
        ) {
            try validate { $0.commandLine = range(0x40_0004, 4) }
        }
        #expect(throws: BootInfoError.overlapping(.kernelAddress, kernel, with: .deviceTree, range(0x20_0008, 40))) {
            try validate { $0.deviceTree = PhysicalAddress(0x20_0008) }
        }
        // One byte next to it is none of its bytes.
        #expect(throws: Never.self) { try validate { $0.initrd = range(0x32_3456, 1) } }
    }

    @Test func addressesAreAligned() {
        #expect(throws: BootInfoError.misaligned(.magic, address: 0x5F_0004, alignment: 8)) {
            try BootInfo.sample.validate(at: range(0x5F_0004, 256), against: Self.map(), policy: .linuxX86)
        }
        #expect(throws: BootInfoError.misaligned(.memoryMapAddress, address: 0x10_0004, alignment: 8)) {
            try validate { $0.memoryMap.range = range(0x10_0004, 48) }
        }
        #expect(throws: BootInfoError.misaligned(.kernelAddress, address: 0x20_0800, alignment: 4096)) {
            try validate { $0.kernel = range(0x20_0800, 1) }
        }
        #expect(throws: BootInfoError.misaligned(.kernelVirtualBase, address: 1, alignment: 4096)) {
            try validate { $0.kernelVirtualBase = VirtualAddress(1) }
        }
        #expect(throws: BootInfoError.misaligned(.deviceTree, address: 0x60_1004, alignment: 8)) {
            try validate { $0.deviceTree = PhysicalAddress(0x60_1004) }
        }
        #expect(throws: BootInfoError.misaligned(.systemTable, address: 0x60_2001, alignment: 8)) {
            try validate { $0.systemTable = PhysicalAddress(0x60_2001) }
        }
        #expect(throws: BootInfoError.wrapping(.kernelVirtualBase, address: .max - 0xFFF, byteCount: 0x12_3456)) {
            try validate { $0.kernelVirtualBase = VirtualAddress(.max - 0xFFF) }
        }
    }

    @Test func framebufferKeepsOutOfMemory() {
        func move(to range: PhysicalRange) -> (inout BootInfo) -> Void {
            return { info in
                info.framebuffer = BootInfo.Framebuffer(range: range, width: 1, height: 1, pixelsPerScanLine: 1, format: .rgbx)
            }
        }
        for usable in [range(0x3FFF_F000, 0x1000), range(0x6F_FFFC, 5), range(0x400F_FFFF, 1 << 30), range(0x10, .max - 0x10)] {
            #expect(throws: BootInfoError.framebufferInUsableMemory(usable)) { try validate(move(to: usable)) }
        }
        // Boot services leave their memory to the kernel, as does the loader.
        #expect(throws: BootInfoError.framebufferInUsableMemory(range(0x20_0000, 4096))) {
            try validate(move(to: range(0x20_0000, 4096)))
        }
        // The firmware's own memory is no place either, where a table is.
        #expect(
            throws: BootInfoError.overlapping(.systemTable, range(0x60_2000, 120), with: .framebufferAddress, range(0x60_2000, 4))
        ) {
            try validate(move(to: range(0x60_2000, 4)))
        }
        #expect(throws: Never.self) { try validate(move(to: range(0x68_0000, 4))) }
    }

    @Test func framebufferHoldsAllItsLines() {
        func resize(_ width: UInt32, _ height: UInt32, _ pixels: UInt32, _ byteCount: UInt64) -> (inout BootInfo) -> Void {
            return { info in
                info.framebuffer = BootInfo.Framebuffer(
                    range: range(0x8000_0000, byteCount), width: width, height: height, pixelsPerScanLine: pixels, format: .bgrx)
            }
        }
        #expect(throws: Never.self) { try validate(resize(10, 20, 12, 960)) }
        #expect(throws: BootInfoError.framebufferTooSmall(needed: 960, available: 959)) { try validate(resize(10, 20, 12, 959)) }
        for (width, height, pixels) in [(0, 20, 12), (10, 0, 12), (13, 20, 12)] as [(UInt32, UInt32, UInt32)] {
            #expect(throws: BootInfoError.badResolution(width: width, height: height, pixelsPerScanLine: pixels)) {
                try validate(resize(width, height, pixels, 960))
            }
        }
        #expect(throws: BootInfoError.framebufferTooSmall(needed: nil, available: 1 << 40)) {
            try validate(resize(.max, .max, .max, 1 << 40))
        }
    }

    /// Whatever the closures answer and wherever the pointers lead, the judgement is an answer.
    @Test func randomInformationNeverTraps() throws {
        var generator = SeededGenerator(seed: 5)
        let map = try Self.map()
        for _ in 0..<5000 {
            let info = BootInfo.random(using: &generator)
            try? info.validate(at: Self.location, against: map, policy: .linuxARM64)
            let answer = generator.oneIn(2)
            try? info.validate(
                at: Self.location, coveredBy: { _ in true }, givenToLoader: { _ in true }, overlapsUsable: { _ in answer })
        }
    }
}
