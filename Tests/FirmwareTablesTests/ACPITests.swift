import FirmwareTables
import MemoryMap
import Testing

@Suite("The console that ACPI names")
struct ACPITests {
    private let pointer = PhysicalAddress(ACPIBuilder.rsdp)

    private func find(_ memory: TestMemory) -> SerialConsole? {
        SerialConsole.find(rsdp: pointer, deviceTree: nil, in: memory)
    }

    /// What QEMU's virt board says: a PL011 with 8-bit registers and byte accesses.
    static let virt = ACPIBuilder.console(type: 3, bits: 8, access: 1, address: 0x900_0000)

    @Test(arguments: [0, 2] as [UInt8])
    func `is found through either root table, behind other tables`(revision: UInt8) {
        let others = [ACPIBuilder.table("FACP", [UInt8](repeating: 7, count: 208)), ACPIBuilder.table("APIC", [])]
        let memory = ACPIBuilder.memory(revision: revision, tables: others + [Self.virt])
        let expected = SerialConsole(
            kind: .pl011, place: .memory(PhysicalAddress(0x900_0000)), registerStride: 4, accessWidth: 1)
        #expect(find(memory) == expected)
    }

    @Test func `is absent where there is no such table`() throws {
        let memory = ACPIBuilder.memory(tables: [ACPIBuilder.table("APIC", [1, 2, 3])])
        #expect(try SerialPortConsoleRedirection.console(rsdp: pointer, in: memory) == nil)
    }

    struct Case: Sendable {
        let table: [UInt8]
        let console: SerialConsole?
    }

    private static func port(_ number: UInt16) -> SerialConsole {
        SerialConsole(kind: .ns16550, place: .ports(number), registerStride: 1, accessWidth: 1)
    }

    private static func memory(_ kind: SerialConsole.Kind, _ address: UInt64, stride: UInt8, width: UInt8) -> SerialConsole {
        SerialConsole(kind: kind, place: .memory(PhysicalAddress(address)), registerStride: stride, accessWidth: width)
    }

    static let cases = [
        Case(table: ACPIBuilder.console(type: 0, space: 1, address: 0x3F8), console: port(0x3F8)),
        Case(table: ACPIBuilder.console(type: 1, space: 1, address: 0x2F8), console: port(0x2F8)),
        Case(
            table: ACPIBuilder.console(type: 0x12, bits: 32, access: 3, address: 0xFE00_0000),
            console: memory(.ns16550, 0xFE00_0000, stride: 4, width: 4)),
        Case(
            table: ACPIBuilder.console(type: 0, bits: 0, access: 0, address: 0xFE00_0000),
            console: memory(.ns16550, 0xFE00_0000, stride: 1, width: 1)),
        Case(
            table: ACPIBuilder.console(type: 0x0E, bits: 32, access: 3, address: 0x1C09_0000),
            console: memory(.pl011, 0x1C09_0000, stride: 4, width: 4)),
        // An address of 0, an odd one, ports that pass the last one, a PL011 behind ports, an unknown interface, space, width.
        Case(table: ACPIBuilder.console(type: 3, address: 0), console: nil),
        Case(table: ACPIBuilder.console(type: 3, address: 0x900_0001), console: nil),
        Case(table: ACPIBuilder.console(type: 0, space: 1, address: 0xFFFA), console: nil),
        Case(table: ACPIBuilder.console(type: 0, space: 1, address: 0x1_03F8), console: nil),
        Case(table: ACPIBuilder.console(type: 3, space: 1, address: 0x3F8), console: nil),
        Case(table: ACPIBuilder.console(type: 0x20, address: 0x900_0000), console: nil),
        Case(table: ACPIBuilder.console(type: 3, space: 2, address: 0x900_0000), console: nil),
        Case(table: ACPIBuilder.console(type: 3, access: 5, address: 0x900_0000), console: nil),
    ]

    @Test(arguments: cases.indices)
    func `every interface and address space is taken for what it is`(index: Int) {
        #expect(find(ACPIBuilder.memory(tables: [Self.cases[index].table])) == Self.cases[index].console)
    }

    @Test func `damage is told by the table`() throws {
        func error(_ change: (inout TestMemory) -> Void) -> FirmwareTableError? {
            var memory = ACPIBuilder.memory(tables: [Self.virt])
            change(&memory)
            do throws(FirmwareTableError) {
                _ = try SerialPortConsoleRedirection.console(rsdp: pointer, in: memory)
                return nil
            } catch { return error }
        }
        let root = PhysicalAddress(ACPIBuilder.root)
        let table = PhysicalAddress(ACPIBuilder.firstTable)
        #expect(error { $0[ACPIBuilder.rsdp][0] ^= 1 } == .wrongSignature(pointer))
        #expect(error { $0[ACPIBuilder.rsdp][10] ^= 1 } == .wrongChecksum(pointer))
        #expect(error { $0[ACPIBuilder.rsdp][33] ^= 1 } == .wrongChecksum(pointer))
        #expect(error { $0[ACPIBuilder.rsdp][20] = 35 } == .badLength(pointer, 35))
        #expect(error { $0[ACPIBuilder.rsdp].removeLast() } == .unreadable(pointer))
        #expect(error { $0[ACPIBuilder.root][0] = 0x52 } == .wrongSignature(root))
        #expect(error { $0[ACPIBuilder.root][20] ^= 1 } == .wrongChecksum(root))
        #expect(error { $0[ACPIBuilder.root][4] = 35 } == .badLength(root, 35))
        #expect(error { $0[ACPIBuilder.root][6] = 0x11 } == .badLength(root, 0x11_002C))
        #expect(error { $0[ACPIBuilder.firstTable][50] ^= 1 } == .wrongChecksum(table))
        #expect(error { $0[ACPIBuilder.firstTable].removeLast() } == .unreadable(table))
        #expect(error { $0[ACPIBuilder.firstTable] = ACPIBuilder.table("SPCR", []) } == .badLength(table, 36))
    }

    @Test func `entries that lead nowhere, or to the root itself, are passed over`() {
        var memory = ACPIBuilder.memory(tables: [ACPIBuilder.table("APIC", []), ACPIBuilder.table("APIC", []), Self.virt])
        var root = memory[ACPIBuilder.root]
        root.replaceSubrange(36..<44, with: UInt64.max.littleEndianBytes(8))
        root.replaceSubrange(44..<52, with: ACPIBuilder.root.littleEndianBytes(8))
        memory[ACPIBuilder.root] = ACPIBuilder.withChecksum(root, at: 9)
        #expect(find(memory)?.kind == .pl011)
    }

    @Test func `no changed byte is a trap`() {
        let whole = ACPIBuilder.memory(tables: [Self.virt])
        for address in [ACPIBuilder.rsdp, ACPIBuilder.root, ACPIBuilder.firstTable] {
            for offset in whole[address].indices {
                for bit in 0..<8 {
                    var memory = whole
                    memory[address][offset] ^= 1 << bit
                    // A single changed bit breaks a checksum, so that nothing is found, or lies where no checksum reaches.
                    let console = find(memory)
                    #expect(console == nil || console == find(whole))
                }
                var memory = whole
                memory[address].removeLast(memory[address].count - offset)
                #expect(find(memory) == nil)
            }
        }
    }
}
