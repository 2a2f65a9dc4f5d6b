import BootHandoff
import CBootInfo
import MemoryMap
import Testing
import SeededRandom

/// The decoder takes exactly what the encoder writes, refuses all else with its place, and agrees with the check in C.
@Suite struct BootInfoCodingTests {
    /// What Swift makes of bytes, after it has been compared with what C makes of them.
    private func decode(_ bytes: [UInt8]) throws(BootInfoError) -> BootInfo {
        let status = unsafe bytes.withUnsafeBytes { unsafe strata_boot_info_check_bytes($0.baseAddress) }
        do throws(BootInfoError) {
            let info = try BootInfo(decoding: bytes)
            if status != STRATA_BOOT_INFO_OK { Issue.record("C refuses with \(status) what Swift accepts") }
            return info
        } catch {
            if status == STRATA_BOOT_INFO_OK { Issue.record("C accepts what Swift refuses with \(error)") }
            throw error
        }
    }

    @Test func randomValuesSurviveTheRoundTrip() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let info = BootInfo.random(using: &generator)
            #expect(try decode(info.encoded) == info)
        }
    }

    /// All 65 280 structures that differ from a good one in one byte: each is refused, or is another value that encodes to
    /// exactly these bytes; so no two encodings mean the same.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyMutationOfAByteIsRefusedOrMeansSomethingElse(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let info = seed == 1 ? BootInfo.sample : .random(using: &generator)
        let bytes = info.encoded
        var accepted = 0
        for offset in bytes.indices {
            for value in 0...255 where UInt8(value) != bytes[offset] {
                var mutated = bytes
                mutated[offset] = UInt8(value)
                guard let other = try? decode(mutated) else { continue }
                accepted += 1
                if other == info || other.encoded != mutated { Issue.record("byte \(offset) = \(value)") }
            }
        }
        #expect((1..<65280).contains(accepted))
    }

    @Test func randomMutationsNeverTrap() {
        var generator = SeededGenerator(seed: 4)
        let interesting: [UInt64] = [0, 1, 7, 39, 40, 41, 48, 0xFFF, 1 << 32, 1 << 63, .max - 1, .max]
        for _ in 0..<20000 {
            var bytes = BootInfo.random(using: &generator).encoded
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let field = BootInfo.Field.allCases.randomElement(using: &generator) ?? .flags
                let value = interesting.randomElement(using: &generator) ?? 0
                if field.byteCount == 4 {
                    bytes.put(UInt32(truncatingIfNeeded: value), at: field)
                } else {
                    bytes.put(value, at: field)
                }
            }
            if let info = try? decode(bytes) { #expect(info.encoded == bytes) }
        }
    }

    @Test func shortBytesAreRefusedAndLongOnesReadFromTheirStart() throws {
        let bytes = BootInfo.sample.encoded
        for count in 0..<bytes.count {
            #expect(throws: BootInfoError.truncated(needed: 256, available: count)) {
                try BootInfo(decoding: Array(bytes[..<count]))
            }
        }
        #expect(try BootInfo(decoding: bytes + [1, 2, 3]) == .sample)
    }

    @Test func absentThingsAreAbsent() throws {
        let info = BootInfo(
            memoryMap: BootInfo.sample.memoryMap, kernel: BootInfo.sample.kernel, kernelVirtualBase: VirtualAddress(0),
            kernelDigest: BootInfo.sample.kernelDigest, isKernelVerified: false)
        #expect(info.encoded[84..<132].allSatisfy { $0 == 0 })
        #expect(info.encoded[160...].allSatisfy { $0 == 0 })
        let decoded = try decode(info.encoded)
        #expect(decoded == info)
        #expect(decoded.framebuffer == nil && decoded.initrd == nil && decoded.commandLine == nil)
        #expect(decoded.rsdp == nil && decoded.smbios == nil && decoded.deviceTree == nil && decoded.systemTable == nil)
    }

    @Test func rangesEndAtTheTopOfTheAddressSpaceAtMost() throws {
        var bytes = BootInfo.sample.encoded
        bytes.put(UInt64.max - 0xFFF, at: .initrdAddress)
        bytes.put(UInt64(0x1000), at: .initrdByteCount)
        #expect(try decode(bytes).initrd?.last.rawValue == .max)
        bytes.put(UInt64(0x1001), at: .initrdByteCount)
        #expect(throws: BootInfoError.wrapping(.initrdAddress, address: .max - 0xFFF, byteCount: 0x1001)) { try decode(bytes) }
    }

    struct Damage: CustomTestStringConvertible, Sendable {
        var field: BootInfo.Field
        var value: UInt64
        var error: BootInfoError

        init(_ field: BootInfo.Field, _ value: UInt64, _ error: BootInfoError) {
            (self.field, self.value, self.error) = (field, value, error)
        }

        var testDescription: String { "\(field) = \(value)" }
    }

    static let damages: [Damage] = [
        Damage(.magic, 0x4942_4154_4152_5452, .wrongMagic(0x4942_4154_4152_5452)),
        Damage(.version, 0, .unsupportedVersion(0)),
        Damage(.version, 2, .unsupportedVersion(2)),
        Damage(.size, 255, .wrongSize(255)),
        Damage(.size, .max, .wrongSize(.max)),
        Damage(.flags, 3, .unknownFlags(3)),
        Damage(.reserved0, 1 << 24, .reservedNotZero(offset: 23, value: 1)),
        Damage(.reserved1, 0x80, .reservedNotZero(offset: 132, value: 0x80)),
        Damage(.reserved2, 1, .reservedNotZero(offset: 224, value: 1)),
        Damage(.memoryMapAddress, 0, .missing(.memoryMapAddress)),
        Damage(.memoryMapAddress, .max, .wrapping(.memoryMapAddress, address: .max, byteCount: 4800)),
        Damage(.memoryMapByteCount, 0, .meaninglessValue(.memoryMapAddress, 0x10_0000)),
        Damage(.memoryMapByteCount, 4799, .badMemoryMapSize(4799, descriptorSize: 48)),
        Damage(.memoryMapDescriptorSize, 0, .badDescriptorSize(0)),
        Damage(.memoryMapDescriptorSize, 32, .badDescriptorSize(32)),
        Damage(.memoryMapDescriptorSize, 44, .badDescriptorSize(44)),
        Damage(.memoryMapDescriptorSize, .max & ~7, .badMemoryMapSize(4800, descriptorSize: .max & ~7)),
        Damage(.framebufferFormat, 4, .unknownPixelFormat(4)),
        Damage(.framebufferFormat, 3, .badPixelMasks),
        Damage(.framebufferFormat, 0, .meaninglessValue(.framebufferAddress, 0x8000_0000)),
        Damage(.framebufferGreenMask, 5, .meaninglessValue(.framebufferGreenMask, 5)),
        Damage(.framebufferAddress, 0, .missing(.framebufferAddress)),
        Damage(.kernelAddress, 0, .missing(.kernelAddress)),
        Damage(.kernelByteCount, 0, .meaninglessValue(.kernelAddress, 0x20_0000)),
        Damage(.commandLineByteCount, 0, .meaninglessValue(.commandLineAddress, 0x50_0010)),
        Damage(.initrdAddress, 0, .missing(.initrdAddress)),
    ]

    @Test(arguments: damages)
    func damageIsNamed(_ damage: Damage) {
        var bytes = BootInfo.sample.encoded
        if damage.field.byteCount == 4 {
            bytes.put(UInt32(truncatingIfNeeded: damage.value), at: damage.field)
        } else {
            bytes.put(damage.value, at: damage.field)
        }
        let error = #expect(throws: BootInfoError.self) { try decode(bytes) }
        #expect(error == damage.error)
    }

    @Test func everyErrorHasItsOwnCode() {
        let range = range(0x1000, 0x1000)
        let errors: [(BootInfoError, BootInfo.Field, UInt64)] = [
            (.truncated(needed: 256, available: 3), .size, 3), (.wrongMagic(4), .magic, 4),
            (.unsupportedVersion(5), .version, 5), (.wrongSize(6), .size, 6), (.unknownFlags(7), .flags, 7),
            (.reservedNotZero(offset: 23, value: 8), .reserved0, 8), (.badDescriptorSize(9), .memoryMapDescriptorSize, 9),
            (.badMemoryMapSize(10, descriptorSize: 48), .memoryMapByteCount, 10),
            (.unknownPixelFormat(11), .framebufferFormat, 11), (.badPixelMasks, .framebufferRedMask, 0),
            (.meaninglessValue(.framebufferBlueMask, 12), .framebufferBlueMask, 12),
            (.missing(.kernelAddress), .kernelAddress, 0),
            (.wrapping(.rsdp, address: 13, byteCount: 1), .rsdp, 13),
            (.misaligned(.deviceTree, address: 14, alignment: 8), .deviceTree, 14),
            (.outsideMemoryMap(.smbios, range), .smbios, 0x1000),
            (.notLoaderMemory(.initrdAddress, range), .initrdAddress, 0x1000),
            (.overlapping(.magic, range, with: .kernelAddress, range), .kernelAddress, 0x1000),
            (.framebufferInUsableMemory(range), .framebufferAddress, 0x1000),
            (.badResolution(width: 15, height: 0, pixelsPerScanLine: 0), .framebufferWidth, 15),
            (.framebufferTooSmall(needed: nil, available: 16), .framebufferByteCount, 16),
        ]
        for (error, field, value) in errors {
            #expect(error.field == field, "\(error)")
            #expect(error.value == value, "\(error)")
        }
        #expect(Set(errors.map { $0.0.code.description }).count == errors.count)
        #expect(Set(errors.map { $0.0.message.description }).count == errors.count)
        #expect(BootInfoError.reservedNotZero(offset: 23, value: 8).offset == 23)
        #expect(BootInfoError.reservedNotZero(offset: 135, value: 8).field == .reserved1)
        #expect(BootInfoError.reservedNotZero(offset: 255, value: 8).field == .reserved2)
    }

    @Test func masksThatShareBitsAreNone() {
        #expect(BootInfo.PixelMasks(red: 1, green: 2, blue: 4, reserved: 8)?.bytesPerPixel == 1)
        #expect(BootInfo.PixelMasks(red: 0xF800, green: 0x07E0, blue: 0x1F, reserved: 0)?.bytesPerPixel == 2)
        #expect(BootInfo.PixelMasks(red: 0xFF0000, green: 0xFF00, blue: 0xFF, reserved: 0)?.bytesPerPixel == 3)
        #expect(BootInfo.PixelMasks(red: 0xFF0000, green: 0xFF00, blue: 0xFF, reserved: 1 << 31)?.bytesPerPixel == 4)
        for masks in [(3, 2, 4, 8), (1, 6, 4, 8), (5, 2, 4, 8), (1, 2, 4, 9), (0, 2, 4, 8), (1, 0, 4, 8), (1, 2, 0, 8)]
            as [(UInt32, UInt32, UInt32, UInt32)]
        {
            #expect(BootInfo.PixelMasks(red: masks.0, green: masks.1, blue: masks.2, reserved: masks.3) == nil)
        }
    }

    @Test func digestsCompareByAllTheirBytes() {
        let digest = BootInfo.sample.kernelDigest
        for index in 0..<32 {
            let other = BootInfo.Digest([32 of UInt8] { $0 == index ? 0xFF : UInt8($0) })
            #expect(other != digest)
        }
        let bytes = (0..<32).map { UInt8($0) }
        let same = BootInfo.Digest(bytes.span)
        #expect(same == digest)
        for count in [0, 31, 33] {
            let bytes = [UInt8](repeating: 0, count: count)
            let none = BootInfo.Digest(bytes.span)
            #expect(none == nil)
        }
    }
}
