import FirmwareTables
import GuestBoot
import MemoryMap
import SeededRandom
import Testing

@Suite struct DeviceTreeTests {
    /// A tree as the reader of blobs sees it: one line a node or property.
    static func lines(of blob: [UInt8]) throws -> [String] {
        var lines: [String] = []
        let tree = try DeviceTreeBlob(validating: blob.span.rawBytes)
        try tree.walk { token in
            switch token {
            case .beginNode(let name): lines.append("{" + String(decoding: blob[name], as: UTF8.self))
            case .endNode: lines.append("}")
            case .property(let name, let value):
                lines.append(
                    String(decoding: blob[name], as: UTF8.self) + "=" + blob[value].map { "\($0)" }.joined(separator: " "))
            }
            return true
        }
        return lines
    }

    static func lines(of node: DeviceTreeNode) -> [String] {
        ["{" + String(decoding: node.name, as: UTF8.self)]
            + node.properties.map { "\($0.name)=" + $0.value.map { "\($0)" }.joined(separator: " ") }
            + node.children.flatMap { lines(of: $0) } + ["}"]
    }

    static func randomNode(_ random: inout SeededGenerator, depth: Int) -> DeviceTreeNode {
        var node = DeviceTreeNode(random.pick(["a", "bus", "longer-name"]), at: random.next() >> UInt64(random.below(64)))
        for _ in 0..<random.below(4) {
            switch random.below(5) {
            case 0: node.add("empty")
            case 1: node.add("cells", cells: (0..<random.below(5)).map { _ in UInt32(truncatingIfNeeded: random.next()) })
            case 2: node.add("words", words: [random.next()])
            case 3: node.add("compatible", texts: ["x,y", "z"])
            default: node.add("bytes", bytes: (0..<random.below(9)).map { UInt8($0) })
            }
        }
        if depth < 6 { for _ in 0..<random.below(4) { node.children.append(randomNode(&random, depth: depth + 1)) } }
        return node
    }

    @Test func `what is written is what is read`() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            var root = DeviceTreeNode("")
            root.children = [Self.randomNode(&random, depth: 0)]
            let blob = try FlattenedDeviceTree.blob(root, reservations: [range(random.next() >> 1, 0x1000)])
            #expect(try Self.lines(of: blob) == Self.lines(of: root))
        }
    }

    static func machine(version: Int, processors: Int = 4) throws -> AArch64Machine {
        let controller = try #require(AArch64Machine.InterruptController.virt(version: version))
        var machine = AArch64Machine(
            processors: processors, controller: controller, memory: [range(0x8000_0000, 1 << 29), range(0xA000_0000, 1 << 20)])
        machine.commandLine = Array("console=ttyAMA0".utf8)
        machine.initrd = range(0x8800_0000, 0x1234)
        machine.randomSeed = [1, 2, 3, 4]
        machine.reserved = [range(0x9000_0000, 0x1_0000)]
        machine.bouncePool = range(0xA000_0000, 1 << 20)
        return machine
    }

    @Test(.enabled(if: Judge.has(Judge.dtc), Judge.isMissing(Judge.dtc, "device-tree-compiler")), arguments: [2, 3])
    func `dtc takes the tree, and makes the same of its source`(version: Int) throws {
        let blob = try Self.machine(version: version).deviceTree()
        let source = try Judge.run(Judge.dtc, ["-I", "dtb", "-O", "dts", "-o", "x.dts", "x.dtb"], files: ["x.dtb": blob])
        #expect(source.status == 0 && source.output.isEmpty, "\(source.output)")
        let text = try #require(source.files["x.dts"])
        let again = try Judge.run(Judge.dtc, ["-I", "dts", "-O", "dtb", "-o", "x.dtb", "x.dts"], files: ["x.dts": text])
        #expect(again.status == 0, "\(again.output)")
        #expect(try Self.lines(of: try #require(again.files["x.dtb"])) == Self.lines(of: blob))
    }

    @Test func `memory that touches is one node, processors have their affinities`() throws {
        let lines = try Self.lines(of: try Self.machine(version: 3, processors: 20).deviceTree())
        #expect(lines.filter { $0.hasPrefix("{memory@") } == ["{memory@80000000"])
        #expect(lines.contains("reg=0 0 0 0 128 0 0 0 0 0 0 0 32 16 0 0"))
        #expect(lines.filter { $0.hasPrefix("{cpu@") }.suffix(4) == ["{cpu@100", "{cpu@101", "{cpu@102", "{cpu@103"])
        #expect(lines.contains("linux,initrd-end=0 0 0 0 136 0 18 52"))
    }

    @Test func `what the machine cannot have is refused`() throws {
        #expect(throws: GuestBootError.tooMany(.processors, count: 9, limit: 8)) {
            try Self.machine(version: 2, processors: 9).deviceTree()
        }
        #expect(throws: GuestBootError.tooFew(.processors, count: 0, least: 1)) {
            try Self.machine(version: 3, processors: 0).deviceTree()
        }
        var machine = try Self.machine(version: 3)
        machine.commandLine = [0x61, 0]
        #expect(throws: GuestBootError.zeroInCommandLine(offset: 1)) { try machine.deviceTree() }
        machine.commandLine = []
        machine.randomSeed = .init(repeating: 1, count: 3 << 20)
        #expect(throws: GuestBootError.self) { try machine.deviceTree() }
        machine.randomSeed = []
        machine.memory = []
        #expect(throws: GuestBootError.self) { try machine.deviceTree() }
        machine.memory = [try #require(PhysicalRange(start: PhysicalAddress(0), last: PhysicalAddress(.max)))]
        #expect(throws: GuestBootError.self) { try machine.deviceTree() }
        #expect(AArch64Machine.InterruptController.virt(version: 4) == nil)
    }
}
