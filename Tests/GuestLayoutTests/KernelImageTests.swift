import GuestLayout
import MemoryMap
import SeededRandom
import Testing

@Suite("Kernel headers")
struct KernelImageTests {
    /// Little-endian fields put into zeroes.
    static func bytes(_ count: Int, _ fields: [(offset: Int, size: Int, value: UInt64)]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        for field in fields {
            for index in 0..<field.size {
                bytes[field.offset + index] = UInt8(truncatingIfNeeded: field.value >> UInt64(8 * index))
            }
        }
        return bytes
    }

    static let bzImage: [(offset: Int, size: Int, value: UInt64)] = [
        (0x1F1, 1, 27), (0x1FE, 2, 0xAA55), (0x202, 4, 0x5372_6448), (0x206, 2, 0x020F), (0x211, 1, 1), (0x22C, 4, 0x7FFF_FFFF),
        (0x230, 4, 0x20_0000), (0x234, 1, 1), (0x236, 2, 0x3F), (0x238, 4, 2047), (0x258, 8, 0x100_0000), (0x260, 4, 0x337_8000),
    ]

    private func read(_ bytes: [UInt8], fileByteCount: UInt64? = nil) throws(KernelImageError) -> KernelImage {
        try KernelImage(header: bytes.span, fileByteCount: fileByteCount ?? UInt64(bytes.count))
    }

    private func error(_ bytes: [UInt8], fileByteCount: UInt64? = nil) -> KernelImageError? {
        do throws(KernelImageError) {
            _ = try read(bytes, fileByteCount: fileByteCount)
            return nil
        } catch {
            return error
        }
    }

    @Test func bzImageHeader() throws {
        let image = try read(Self.bytes(2048, Self.bzImage), fileByteCount: 8 << 20)
        guard case .bzImage(let header) = image else {
            Issue.record("another kind")
            return
        }
        #expect(header.setupByteCount == 28 * 512)
        #expect(header.runTimeByteCount == 0x337_8000 && header.preferredAddress == 0x100_0000 && header.isRelocatable)
        #expect(header.hasLongModeEntry && header.canLieAbove4GiB)
        #expect(header.commandLineLimit == 2047 && header.initialRAMDiskLimit == 0x7FFF_FFFF)
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.payload = .kernel(image)
        let plan = try LayoutPlan(checking: request)
        #expect(plan.range(of: .kernelImage)?.start == PhysicalAddress(0x20_0000 - 28 * 512))
        #expect(plan.range(of: .kernelRunTime) == PhysicalRange(start: PhysicalAddress(0x100_0000), byteCount: 0x337_8000))
        #expect(plan.entry?.programCounter == PhysicalAddress(0x20_0200) && plan.entry?.mode == .long)
    }

    /// `syssize` is in units of 16 bytes, and the last one need not be full.
    @Test func aTornFileIsNoticed() throws {
        let header = Self.bytes(2048, Self.bzImage + [(0x1F4, 4, 500_000)])
        let whole: UInt64 = 28 * 512 + 8_000_000
        #expect(error(header, fileByteCount: 100_000) == .fileTooShort(byteCount: 100_000, needed: whole - 15))
        #expect(error(header, fileByteCount: whole - 16) != nil)
        _ = try read(header, fileByteCount: whole - 15)
        // A signature may follow.
        _ = try read(header, fileByteCount: whole + 2000)
    }

    @Test func mistakes() {
        #expect(error([]) == .unknown)
        #expect(error([UInt8](repeating: 0, count: 4096)) == .unknown)
        #expect(error(Self.bytes(0x212, Self.bzImage.filter { $0.offset + $0.size <= 0x212 })) == .truncated(offset: 0x230))
        var fields = Self.bzImage
        fields[3].value = 0x0201
        #expect(error(Self.bytes(2048, fields), fileByteCount: 1 << 20) == .notBzImage(version: 0x0201))
        fields = Self.bzImage
        fields[6].value = 3
        #expect(error(Self.bytes(2048, fields), fileByteCount: 1 << 20) == .badField(offset: 0x230, value: 3))
        #expect(error(Self.bytes(2048, Self.bzImage)) == .fileTooShort(byteCount: 2048, needed: 28 * 512 + 1))
    }

    /// A header of two segments with these addresses, and sizes of what is in the file and in memory.
    private func elf(
        _ segments: [(UInt64, UInt64, UInt64)], is64Bit: Bool = true, entry: UInt64, machine: UInt64 = 62
    ) -> [UInt8] {
        let (header, stride) = is64Bit ? (64, 56) : (52, 32)
        var fields: [(offset: Int, size: Int, value: UInt64)] = [
            (0, 4, 0x464C_457F), (4, 1, is64Bit ? 2 : 1), (5, 1, 1), (0x12, 2, machine), (0x18, is64Bit ? 8 : 4, entry),
            (is64Bit ? 0x20 : 0x1C, is64Bit ? 8 : 4, UInt64(header)), (is64Bit ? 0x36 : 0x2A, 2, UInt64(stride)),
            (is64Bit ? 0x38 : 0x2C, 2, UInt64(segments.count)),
        ]
        for (index, segment) in segments.enumerated() {
            let base = header + index * stride
            let word = is64Bit ? 8 : 4
            fields += [
                (base, 4, 1), (base + (is64Bit ? 24 : 12), word, segment.0), (base + (is64Bit ? 32 : 16), word, segment.1),
                (base + (is64Bit ? 40 : 20), word, segment.2),
            ]
        }
        return Self.bytes(header + segments.count * stride, fields)
    }

    @Test func elfKernels() throws {
        // The two files of crosvm's tests.
        guard case .elf(let narrow) = try read(elf([(0x20_0000, 0x2F, 0x2F)], is64Bit: false, entry: 0x20_000E, machine: 3))
        else {
            Issue.record("another kind")
            return
        }
        #expect(narrow == ELFKernel(start: 0x20_0000, last: 0x20_002E, entry: 0x20_000E, is64Bit: false))
        guard case .elf(let wide) = try read(elf([(0x20_0000, 0x30, 0x30)], entry: 0x20_000E)) else {
            Issue.record("another kind")
            return
        }
        #expect(wide == ELFKernel(start: 0x20_0000, last: 0x20_002F, entry: 0x20_000E))
        var request = X86LayoutRequest(memoryByteCount: 512 << 20)
        request.payload = .kernel(.elf(narrow))
        #expect(try LayoutPlan(checking: request).entry?.mode == .flat32)
        #expect(try LayoutPlan(request).range(of: .pageMapLevel4) == nil)
        // Below the start that the layout has for kernels.
        request.payload = .kernel(try read(elf([(0x10_0000, 0x30, 0x30)], entry: 0x10_0000)))
        #expect(throws: LayoutRefusal.self) { try LayoutPlan(checking: request) }
        // Memory that is cleared counts for the run-time window, not for where a RAM disk may go first.
        guard case .elf(let two) = try read(elf([(0x100_0000, 0x1000, 0x8000), (0x20_0000, 0x30, 0x30)], entry: 0x20_0000)) else {
            Issue.record("another kind")
            return
        }
        #expect(two == ELFKernel(start: 0x20_0000, last: 0x100_7FFF, lastLoaded: 0x100_0FFF, entry: 0x20_0000))
    }

    @Test func elfMistakes() {
        #expect(error(elf([], entry: 0)) == .noSegments)
        #expect(error(elf([(0x20_0000, 0x30, 0x30)], entry: 0, machine: 183)) == .machine(183))
        #expect(error(elf([(.max, 0x30, 0x30)], entry: 0)) == .segmentWraps(offset: 64))
        #expect(error(elf([(0, 0x31, 0x30)], entry: 0)) == .badField(offset: 96, value: 0x31))
        #expect(error(Array(elf([(0x20_0000, 0x30, 0x30)], entry: 0).dropLast(30))) == .truncated(offset: 88))
        var bytes = elf([(0x20_0000, 0x30, 0x30)], entry: 0)
        for index in 0x20..<0x28 { bytes[index] = 0xFF }
        #expect(error(bytes) == .segmentWraps(offset: .max))
    }

    @Test func arm64Header() throws {
        let bytes = Self.bytes(64, [(8, 8, 0x8_0000), (16, 8, 0x200_0000), (24, 8, 0xA), (0x38, 4, 0x644D_5241)])
        guard case .arm64(let image) = try read(bytes, fileByteCount: 0x1F0_0000) else {
            Issue.record("another kind")
            return
        }
        #expect(image == ARM64Image(byteCount: 0x1F0_0000, textOffset: 0x8_0000, imageByteCount: 0x200_0000))
        #expect(image.windowByteCount == 0x200_0000)
        #expect(error(bytes, fileByteCount: 60) == .fileTooShort(byteCount: 60, needed: 64))
        #expect(error(Self.bytes(64, [(24, 8, 1), (0x38, 4, 0x644D_5241)])) == .badField(offset: 24, value: 1))
    }

    @Test("bytes that were changed at random never stop the reader", arguments: 0..<8) func hostile(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let models = [
            Self.bytes(2048, Self.bzImage), elf([(0x20_0000, 0x30, 0x30), (0x100_0000, 1, 2)], entry: 0x20_0000),
            elf([(0x20_0000, 0x30, 0x30)], is64Bit: false, entry: 0x20_0000, machine: 3),
            Self.bytes(64, [(8, 8, 0x8_0000), (16, 8, 0x200_0000), (0x38, 4, 0x644D_5241)]),
        ]
        for _ in 0..<400 {
            var bytes = random.pick(models)
            for _ in 0..<(1 + random.below(12)) {
                bytes[random.below(bytes.count)] = random.pick([0, 0xFF, 0x80, UInt8(random.below(256))])
            }
            if random.oneIn(4) { bytes.removeLast(random.below(bytes.count)) }
            let count = random.pick([0, 1, UInt64(bytes.count), 1 << 20, .max])
            guard let image = try? read(bytes, fileByteCount: count) else { continue }
            // Whatever was read makes a plan or a problem, and a check after that.
            var request = X86LayoutRequest(memoryByteCount: 1 << 30)
            request.payload = .kernel(image)
            request.initialRAMDiskByteCount = 1 << 20
            try? LayoutPlan(request).check()
            var other = AArch64LayoutRequest(memoryByteCount: 1 << 30)
            other.payload = .kernel(image)
            other.initialRAMDiskByteCount = 1 << 20
            try? LayoutPlan(other).check()
        }
    }
}
