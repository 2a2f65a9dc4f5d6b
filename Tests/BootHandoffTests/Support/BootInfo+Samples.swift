import BootHandoff
import MemoryMap
import SeededRandom

/// The range of `byteCount` bytes at `start`, for values that are known to be one.
func range(_ start: UInt64, _ byteCount: UInt64) -> PhysicalRange {
    guard let range = PhysicalRange(start: PhysicalAddress(start), byteCount: byteCount) else { fatalError("a range") }
    return range
}

extension [UInt8] {
    /// The bytes of an integer, lowest first, put at `offset`.
    mutating func put<T: FixedWidthInteger>(_ value: T, at field: BootInfo.Field) {
        for index in 0..<MemoryLayout<T>.size {
            self[field.offset + index] = UInt8(truncatingIfNeeded: value >> T(8 * index))
        }
    }
}

extension BootInfo {
    /// Boot information with every field set, as a loader would hand it on.
    static var sample: BootInfo {
        var info = BootInfo(
            memoryMap: MemoryMapTable(range: range(0x10_0000, 48 * 100), descriptorSize: 48, descriptorVersion: 1),
            kernel: range(0x20_0000, 0x12_3456), kernelVirtualBase: VirtualAddress(0x4000_0020_0000),
            kernelDigest: Digest([32 of UInt8] { UInt8($0) }), isKernelVerified: true)
        info.framebuffer = Framebuffer(
            range: range(0x8000_0000, 1024 * 768 * 4), width: 1000, height: 768, pixelsPerScanLine: 1024, format: .bgrx)
        info.initrd = range(0x40_0000, 12345)
        info.commandLine = range(0x50_0010, 17)
        info.rsdp = PhysicalAddress(0x60_0014)
        info.smbios = PhysicalAddress(0xF_0010)
        info.deviceTree = PhysicalAddress(0x60_1000)
        info.systemTable = PhysicalAddress(0x60_2000)
        return info
    }

    /// Boot information with random values, all of which can be encoded.
    static func random(using generator: inout SeededGenerator) -> BootInfo {
        let descriptorSize = UInt64.random(in: 5...20, using: &generator) * 8
        let mapAddress = UInt64.random(in: 1...(.max / 2), using: &generator)
        var info = BootInfo(
            memoryMap: MemoryMapTable(
                range: range(mapAddress, descriptorSize * UInt64.random(in: 1...1000, using: &generator)),
                descriptorSize: descriptorSize, descriptorVersion: .random(in: 0...(.max), using: &generator)),
            kernel: randomRange(using: &generator),
            kernelVirtualBase: VirtualAddress(.random(in: 0...(.max), using: &generator)),
            kernelDigest: Digest([32 of UInt8] { _ in .random(in: 0...255, using: &generator) }),
            isKernelVerified: generator.oneIn(2))
        if generator.oneIn(2) { info.framebuffer = randomFramebuffer(using: &generator) }
        if generator.oneIn(2) { info.initrd = randomRange(using: &generator) }
        if generator.oneIn(2) { info.commandLine = randomRange(using: &generator) }
        info.rsdp = randomAddress(using: &generator)
        info.smbios = randomAddress(using: &generator)
        info.deviceTree = randomAddress(using: &generator)
        info.systemTable = randomAddress(using: &generator)
        return info
    }

    private static func randomAddress(using generator: inout SeededGenerator) -> PhysicalAddress? {
        generator.oneIn(2) ? nil : PhysicalAddress(.random(in: 1...(.max), using: &generator))
    }

    private static func randomRange(using generator: inout SeededGenerator) -> PhysicalRange {
        // Up to and with ranges that end at 2^64.
        let start = UInt64.random(in: 1...(.max), using: &generator)
        return range(start, generator.oneIn(8) ? UInt64.max - start + 1 : .random(in: 1...(.max - start + 1), using: &generator))
    }

    private static func randomFramebuffer(using generator: inout SeededGenerator) -> Framebuffer {
        let masks = PixelMasks(red: 0x7C00, green: 0x03E0, blue: 0x001F, reserved: generator.oneIn(2) ? 0x8000 : 0)
        let formats: [PixelFormat] = [.rgbx, .bgrx] + (masks.map { [.bitmask($0)] } ?? [])
        return Framebuffer(
            range: randomRange(using: &generator), width: .random(in: 0...(.max), using: &generator),
            height: .random(in: 0...(.max), using: &generator), pixelsPerScanLine: .random(in: 0...(.max), using: &generator),
            format: formats.randomElement(using: &generator) ?? .rgbx)
    }

    /// The encoded structure.
    var encoded: [UInt8] {
        // Filled with ones, so that every byte that the encoder leaves out shows.
        var bytes = [UInt8](repeating: 0xFF, count: Self.byteCount)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        encode(into: &raw)
        return bytes
    }

    init(decoding bytes: [UInt8]) throws(BootInfoError) {
        try self.init(decoding: unsafe bytes.span.bytes)
    }
}
