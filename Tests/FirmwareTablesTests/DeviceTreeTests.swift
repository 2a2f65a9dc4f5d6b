import FirmwareTables
import MemoryMap
import Testing

@Suite("The console that the device tree names")
struct DeviceTreeTests {
    private let address: UInt64 = 0x4800_0000

    private func find(_ blob: [UInt8]) -> SerialConsole? {
        var memory = TestMemory()
        memory.put(blob, at: address)
        return SerialConsole.find(rsdp: nil, deviceTree: PhysicalAddress(address), in: memory)
    }

    private func pl011(_ at: UInt64) -> SerialConsole {
        SerialConsole(kind: .pl011, place: .memory(PhysicalAddress(at)), registerStride: 4, accessWidth: 4)
    }

    @Test(arguments: ["/pl011@9000000", "/pl011@9000000:115200n8", "serial0", "serial0:115200"])
    func `is found by its path or its alias, with or without options`(stdout: String) {
        #expect(find(DeviceTreeBuilder.virt(stdout: stdout)) == pl011(0x900_0000))
    }

    @Test(arguments: ["/pl011@9000001", "/pl011@9000000/child", "serial1", "/", "", ":", "/memory@40000000"])
    func `is absent where the path leads nowhere`(stdout: String) {
        #expect(find(DeviceTreeBuilder.virt(stdout: stdout)) == nil)
    }

    @Test func `the first known interface of the list counts`() {
        #expect(find(DeviceTreeBuilder.virt(compatible: ["vendor,uart", "arm,sbsa-uart"])) == pl011(0x900_0000))
        #expect(find(DeviceTreeBuilder.virt(compatible: ["vendor,uart"])) == nil)
    }

    /// A console two buses down, each with addresses of its own.
    private func nested(outerRanges: [UInt64]?, innerRanges: [UInt64]?) -> [UInt8] {
        var tree = DeviceTreeBuilder()
        tree.node("") { root in
            root.property("#address-cells", cells: 2)
            root.property("#size-cells", cells: 2)
            root.node("chosen") { $0.property("stdout-path", text: "/soc/bus@100/serial@40") }
            root.node("soc@decoy") { $0.node("bus@100") { $0.property("reg", cells: 1, 2) } }
            root.node("soc") { soc in
                soc.property("#address-cells", cells: 1)
                soc.property("#size-cells", cells: 1)
                if let outerRanges { soc.property("ranges", outerRanges.flatMap { $0.bigEndianBytes(4) }) }
                soc.node("bus@100") { bus in
                    bus.property("#address-cells", cells: 1)
                    bus.property("#size-cells", cells: 1)
                    if let innerRanges { bus.property("ranges", innerRanges.flatMap { $0.bigEndianBytes(4) }) }
                    bus.node("serial@40") { uart in
                        uart.property("compatible", text: "snps,dw-apb-uart")
                        uart.property("reg", cells: 0x40, 0x20)
                        uart.property("reg-shift", cells: 2)
                        uart.property("reg-io-width", cells: 4)
                    }
                }
            }
        }
        return tree.build()
    }

    @Test func `addresses are translated by every bus on the way`() {
        let expected = SerialConsole(
            kind: .ns16550, place: .memory(PhysicalAddress(0x5_0200_0040)), registerStride: 4, accessWidth: 4)
        let outer: [UInt64] = [0x1000, 0, 0x999, 0x1000, 0x200_0000, 5, 0x200_0000, 0x10_0000]
        #expect(find(nested(outerRanges: outer, innerRanges: [0, 0x200_0000, 0x1000])) == expected)
        // Empty ranges: the addresses are the parent's.
        #expect(find(nested(outerRanges: [], innerRanges: []))?.place == .memory(PhysicalAddress(0x40)))
        // No ranges: no way out. Ranges that do not hold the address: neither.
        #expect(find(nested(outerRanges: nil, innerRanges: [])) == nil)
        #expect(find(nested(outerRanges: [], innerRanges: nil)) == nil)
        #expect(find(nested(outerRanges: [], innerRanges: [0x80, 0, 0x1000])) == nil)
        #expect(find(nested(outerRanges: [0, 0xFFFF_FFFF, 0xFFFF_FFF8, 0xFFFF_FFFF], innerRanges: [])) == nil)
    }

    @Test func `ACPI goes first, and the tree stands in for it`() {
        var memory = ACPIBuilder.memory(tables: [ACPIBuilder.console(type: 3, address: 0x800_0000)])
        memory.put(DeviceTreeBuilder.virt(), at: address)
        func place() -> SerialConsole.Place? {
            SerialConsole.find(
                rsdp: PhysicalAddress(ACPIBuilder.rsdp), deviceTree: PhysicalAddress(address), in: memory)?.place
        }
        #expect(place() == .memory(PhysicalAddress(0x800_0000)))
        memory[ACPIBuilder.root][9] ^= 1
        #expect(place() == .memory(PhysicalAddress(0x900_0000)))
    }

    @Test func `no changed byte and no cut is a trap`() {
        let blob = nested(outerRanges: [0, 5, 0, 0x10_0000], innerRanges: [])
        for offset in blob.indices {
            for value: UInt8 in [0, 1, 2, 3, 4, 9, 0x2F, 0x7F, 0x80, 0xFF] {
                var changed = blob
                changed[offset] = value
                _ = find(changed)
            }
            #expect(find(Array(blob[..<offset])) == nil)
            // The same cut, with a header that owns up to it.
            var cut = Array(blob[..<offset])
            if offset >= 8 {
                cut.replaceSubrange(4..<8, with: UInt64(offset).bigEndianBytes(4))
                #expect(find(cut) == nil)
            }
        }
    }

    @Test func `nesting without end is refused`() throws {
        func nest(_ depth: Int, _ tree: inout DeviceTreeBuilder) {
            tree.node("n") { if depth > 1 { nest(depth - 1, &$0) } }
        }
        var tree = DeviceTreeBuilder()
        nest(200, &tree)
        var memory = TestMemory()
        memory.put(tree.build(), at: address)
        #expect(throws: FirmwareTableError.self) {
            try DeviceTreeBlob.console(at: PhysicalAddress(address), in: memory)
        }
    }
}
