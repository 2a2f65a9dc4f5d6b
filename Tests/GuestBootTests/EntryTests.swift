import GuestBoot
import MemoryMap
import Testing

@Suite struct ResetROMTests {
    static func entry(_ mode: BootDescriptorTables.Mode, at address: UInt64 = 0x20_0200) -> ResetROM.Entry {
        ResetROM.Entry(
            at: PhysicalAddress(address), mode: mode, stack: PhysicalAddress(0x8000), zeroPage: PhysicalAddress(0x7000),
            globalTable: PhysicalAddress(0x1500), interruptTable: PhysicalAddress(0x1528), pageTables: PhysicalAddress(0x9000))
    }

    @Test(arguments: [Chipset.i440FX, .q35, .microvm], [BootDescriptorTables.Mode.protected, .long])
    func `the reset vector jumps to the code, and all else is empty`(
        chipset: Chipset, mode: BootDescriptorTables.Mode
    ) throws {
        let bytes = try ResetROM(chipset.writes(ecam: nil), Self.entry(mode)).bytes
        #expect(bytes.count == 128 << 10)
        let vector = bytes.count - 16
        #expect(bytes[vector] == 0xE9)
        let target = vector + 3 + Int(Int16(bitPattern: bytes.word(UInt16.self, at: vector + 1)))
        // Interrupts off, then the load of the ROM's own table, which is flat.
        #expect(Array(bytes[target..<target + 2]) == [0xFA, 0xFC])
        let operand = bytes.count - 0x1_0000 + Int(bytes.word(UInt16.self, at: target + 7))
        #expect(bytes.word(UInt16.self, at: operand) == 23)
        let table = Int(bytes.word(UInt32.self, at: operand + 2)) - (1 << 32 - bytes.count)
        #expect(bytes.word(UInt64.self, at: table + 8) == SegmentDescriptor.code32.rawValue)
        #expect(bytes[..<(bytes.count - 0x1000)].allSatisfy { $0 == 0xFF })
    }

    @Test func `too many writes and addresses out of reach are refused`() throws {
        let write = ResetROM.Write.configuration32(device: 0, function: 0, register: 0, value: 0)
        _ = try ResetROM(.init(repeating: write, count: ResetROM.writeLimit), Self.entry(.long))
        #expect(throws: GuestBootError.tooMany(.configurationWrites, count: 181, limit: 180)) {
            try ResetROM(.init(repeating: write, count: 181), Self.entry(.long))
        }
        #expect(throws: GuestBootError.self) { try ResetROM([], Self.entry(.protected, at: 1 << 32)) }
        _ = try ResetROM([], Self.entry(.long, at: 1 << 33))
        var entry = Self.entry(.long)
        entry.pageTables = PhysicalAddress(0x9008)
        #expect(throws: GuestBootError.misaligned(.pageTables, PhysicalAddress(0x9008), alignment: 4096)) {
            try ResetROM([], entry)
        }
        entry.pageTables = PhysicalAddress(1 << 32)
        #expect(throws: GuestBootError.self) { try ResetROM([], entry) }
    }

    @Test func `only Q35 has an enhanced configuration space, of the sizes that it can have`() throws {
        let space = range(0xF400_0000, 64 << 20)
        let writes = try Chipset.q35.writes(ecam: space)
        #expect(writes.contains(.configuration32(device: 0, function: 0, register: 0x60, value: 0xF400_0005)))
        #expect(
            try Chipset.q35.writes(ecam: range(0xE000_0000, 256 << 20))
                .contains(.configuration32(device: 0, function: 0, register: 0x60, value: 0xE000_0001)))
        #expect(throws: GuestBootError.badWindow(space)) { try Chipset.i440FX.writes(ecam: space) }
        #expect(throws: GuestBootError.badWindow(space)) { try Chipset.microvm.writes(ecam: space) }
        for bad in [range(0xF400_0000, 32 << 20), range(0xF200_0000, 64 << 20), range(1 << 32, 64 << 20)] {
            #expect(throws: GuestBootError.badWindow(bad)) { try Chipset.q35.writes(ecam: bad) }
        }
    }
}

@Suite struct AArch64TrampolineTests {
    @Test func `the registers hold what the boot protocol asks for`() throws {
        let segment = try AArch64Trampoline.segment(
            at: PhysicalAddress(0x7FC0_0000), entry: PhysicalAddress(0x8008_0000), deviceTree: PhysicalAddress(0x1_2345_6789_ABC8)
        )
        // The few instructions carried out.
        var registers = [UInt64](repeating: .max, count: 31)
        var target: UInt64?
        for offset in stride(from: 0, to: segment.bytes.count, by: 4) {
            let word = segment.bytes.word(UInt32.self, at: offset)
            let (register, value, shift) = (Int(word & 31), UInt64(word >> 5 & 0xFFFF), UInt64(word >> 21 & 3) * 16)
            switch word & 0xFF80_0000 {
            case 0xD280_0000: registers[register] = value << shift
            case 0xF280_0000: registers[register] = registers[register] & ~(0xFFFF << shift) | value << shift
            default:
                #expect(word & 0xFFFF_FC1F == 0xD61F_0000)
                target = registers[Int(word >> 5 & 31)]
            }
        }
        #expect(target == 0x8008_0000 && registers[0] == 0x1_2345_6789_ABC8)
        #expect(registers[1...3].allSatisfy { $0 == 0 })
        #expect(throws: GuestBootError.self) {
            try AArch64Trampoline.segment(at: PhysicalAddress(2), entry: PhysicalAddress(0), deviceTree: PhysicalAddress(0))
        }
    }
}
