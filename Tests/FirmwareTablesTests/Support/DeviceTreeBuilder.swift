/// A flattened device tree, built node by node.
struct DeviceTreeBuilder {
    private var structure: [UInt8] = []
    private var strings: [UInt8] = []

    mutating func node(_ name: String, _ content: (inout DeviceTreeBuilder) -> Void) {
        structure += UInt64(1).bigEndianBytes(4) + pad(Array(name.utf8) + [0])
        content(&self)
        structure += UInt64(2).bigEndianBytes(4)
    }

    mutating func property(_ name: String, _ value: [UInt8]) {
        structure += UInt64(3).bigEndianBytes(4) + UInt64(value.count).bigEndianBytes(4)
        structure += UInt64(strings.count).bigEndianBytes(4) + pad(value)
        strings += Array(name.utf8) + [0]
    }

    mutating func property(_ name: String, text: String...) { property(name, text.flatMap { Array($0.utf8) + [0] }) }

    mutating func property(_ name: String, cells: UInt64...) { property(name, cells.flatMap { $0.bigEndianBytes(4) }) }

    private func pad(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4) }

    /// The blob, version 17.
    func build() -> [UInt8] {
        let structure = structure + UInt64(9).bigEndianBytes(4)
        let reserved = [UInt8](repeating: 0, count: 16)
        let structureOffset = 40 + reserved.count
        let stringsOffset = structureOffset + structure.count
        let fields: [UInt64] = [
            0xD00D_FEED, UInt64(stringsOffset + strings.count), UInt64(structureOffset), UInt64(stringsOffset), 40, 17, 16, 0,
            UInt64(strings.count), UInt64(structure.count),
        ]
        return fields.flatMap { $0.bigEndianBytes(4) } + reserved + structure + strings
    }

    /// A tree like that of QEMU's virt board: the console right below the root, named by its path.
    static func virt(stdout: String = "/pl011@9000000", compatible: [String] = ["arm,pl011", "arm,primecell"]) -> [UInt8] {
        var tree = DeviceTreeBuilder()
        tree.node("") { root in
            root.property("#address-cells", cells: 2)
            root.property("#size-cells", cells: 2)
            root.node("memory@40000000") { $0.property("reg", cells: 0, 0x4000_0000, 0, 0x2000_0000) }
            root.node("pl011@9000000") { uart in
                uart.property("reg", cells: 0, 0x900_0000, 0, 0x1000)
                uart.property("compatible", compatible.flatMap { Array($0.utf8) + [0] })
            }
            root.node("aliases") { $0.property("serial0", text: "/pl011@9000000") }
            root.node("chosen") { $0.property("stdout-path", text: stdout) }
        }
        return tree.build()
    }
}
