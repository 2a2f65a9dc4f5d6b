import MemoryMap

extension AArch64Machine {
    private static let controllerHandle: UInt32 = 1
    private static let clockHandle: UInt32 = 2

    /// The machine's device tree.
    ///
    /// - Throws: `GuestBootError`: `.tooMany` or `.tooFew` processors or memory, `.zeroInCommandLine`, `.badWindow`, `.tooLarge`.
    public func deviceTree() throws(GuestBootError) -> [UInt8] {
        let limit: Int
        switch controller {
        case .version2: limit = 8
        case .version3: limit = Self.processorLimit
        }
        guard processors >= 1 else { throw .tooFew(.processors, count: processors, least: 1) }
        guard processors <= limit else { throw .tooMany(.processors, count: processors, limit: limit) }
        guard !memory.isEmpty else { throw .tooFew(.memoryMapEntries, count: 0, least: 1) }
        for (offset, byte) in commandLine.enumerated() where byte == 0 { throw .zeroInCommandLine(offset: offset) }

        var root = DeviceTreeNode("")
        root.add("#address-cells", cells: [2])
        root.add("#size-cells", cells: [2])
        root.add("compatible", texts: ["linux,dummy-virt"])
        root.add("interrupt-parent", cells: [Self.controllerHandle])
        root.children.append(try chosenNode())
        root.children += try memoryNodes()
        if !reserved.isEmpty || bouncePool != nil { root.children.append(try reservedNode()) }
        root.children.append(processorsNode())
        root.children.append(firmwareNode())
        root.children.append(timerNode())
        root.children.append(try controllerNode())
        root.children.append(clockNode())
        root.children.append(serialNode())
        return try FlattenedDeviceTree.blob(root)
    }

    private func chosenNode() throws(GuestBootError) -> DeviceTreeNode {
        var node = DeviceTreeNode("chosen")
        node.add("stdout-path", text: ("/pl011@" as StaticString).utf8Bytes + DeviceTreeNode.hexadecimal(serial.rawValue))
        if !commandLine.isEmpty { node.add("bootargs", text: commandLine) }
        if let initrd {
            guard let end = initrd.end else { throw .badWindow(initrd) }
            node.add("linux,initrd-start", words: [initrd.start.rawValue])
            node.add("linux,initrd-end", words: [end.rawValue])
        }
        if !randomSeed.isEmpty { node.add("rng-seed", bytes: randomSeed) }
        return node
    }

    /// Ranges that touch are one node, so that no boundary inside is taken for a hole.
    private func memoryNodes() throws(GuestBootError) -> [DeviceTreeNode] {
        var merged: [PhysicalRange] = []
        for range in memory {
            if let last = merged.last, last.end == range.start,
                let joined = PhysicalRange(start: last.start, last: range.last)
            {
                merged[merged.count - 1] = joined
            } else {
                merged.append(range)
            }
        }
        var nodes: [DeviceTreeNode] = []
        for range in merged {
            var node = DeviceTreeNode("memory", at: range.start.rawValue)
            node.add("device_type", texts: ["memory"])
            node.add("reg", words: try Self.register(range))
            nodes.append(node)
        }
        return nodes
    }

    private func reservedNode() throws(GuestBootError) -> DeviceTreeNode {
        var node = DeviceTreeNode("reserved-memory")
        node.add("#address-cells", cells: [2])
        node.add("#size-cells", cells: [2])
        node.add("ranges")
        for range in reserved {
            var child = DeviceTreeNode("reserved", at: range.start.rawValue)
            child.add("reg", words: try Self.register(range))
            child.add("no-map")
            node.children.append(child)
        }
        if let bouncePool {
            var child = DeviceTreeNode("restricted_dma_reserved", at: bouncePool.start.rawValue)
            child.add("compatible", texts: ["restricted-dma-pool"])
            child.add("reg", words: try Self.register(bouncePool))
            node.children.append(child)
        }
        return node
    }

    private func processorsNode() -> DeviceTreeNode {
        var node = DeviceTreeNode("cpus")
        node.add("#address-cells", cells: [1])
        node.add("#size-cells", cells: [0])
        // The number of processors in a cluster is what one interrupt can name: 8 bits in version 2, 16 in version 3.
        let cluster: Int
        switch controller {
        case .version2: cluster = 8
        case .version3: cluster = 16
        }
        for processor in 0..<processors {
            let affinity = UInt64(processor / cluster) << 8 | UInt64(processor % cluster)
            var child = DeviceTreeNode("cpu", at: affinity)
            child.add("device_type", texts: ["cpu"])
            child.add("compatible", texts: ["arm,armv8"])
            child.add("reg", cells: [UInt32(affinity)])
            child.add("enable-method", texts: ["psci"])
            node.children.append(child)
        }
        return node
    }

    private func firmwareNode() -> DeviceTreeNode {
        var node = DeviceTreeNode("psci")
        node.add("compatible", texts: ["arm,psci-1.0", "arm,psci-0.2"])
        node.add("method", texts: ["hvc"])
        return node
    }

    private func timerNode() -> DeviceTreeNode {
        // A private interrupt, level-triggered and active high; version 2 says in the upper byte which processors get it.
        var flags: UInt32 = 4
        if case .version2 = controller { flags |= ((1 << UInt32(processors)) - 1) << 8 }
        var node = DeviceTreeNode("timer")
        node.add("compatible", texts: ["arm,armv8-timer"])
        node.add("interrupts", cells: [1, 13, flags, 1, 14, flags, 1, 11, flags, 1, 10, flags])
        node.add("always-on")
        return node
    }

    private func controllerNode() throws(GuestBootError) -> DeviceTreeNode {
        var node: DeviceTreeNode
        switch controller {
        case .version2(let distributor, let processorInterface):
            node = DeviceTreeNode("intc", at: distributor.start.rawValue)
            node.add("compatible", texts: ["arm,cortex-a15-gic"])
            node.add("reg", words: try Self.register(distributor) + Self.register(processorInterface))
        case .version3(let distributor, let redistributors):
            node = DeviceTreeNode("intc", at: distributor.start.rawValue)
            node.add("compatible", texts: ["arm,gic-v3"])
            node.add("#redistributor-regions", cells: [1])
            node.add("reg", words: try Self.register(distributor) + Self.register(redistributors))
        }
        node.add("interrupt-controller")
        node.add("#interrupt-cells", cells: [3])
        node.add("#address-cells", cells: [2])
        node.add("#size-cells", cells: [2])
        node.add("ranges")
        node.add("phandle", cells: [Self.controllerHandle])
        return node
    }

    private func clockNode() -> DeviceTreeNode {
        var node = DeviceTreeNode("apb-pclk")
        node.add("compatible", texts: ["fixed-clock"])
        node.add("#clock-cells", cells: [0])
        node.add("clock-frequency", cells: [24_000_000])
        node.add("clock-output-names", texts: ["clk24mhz"])
        node.add("phandle", cells: [Self.clockHandle])
        return node
    }

    private func serialNode() -> DeviceTreeNode {
        var node = DeviceTreeNode("pl011", at: serial.rawValue)
        node.add("compatible", texts: ["arm,pl011", "arm,primecell"])
        node.add("reg", words: [serial.rawValue, 0x1000])
        node.add("interrupts", cells: [0, serialInterrupt, 4])
        node.add("clocks", cells: [Self.clockHandle, Self.clockHandle])
        node.add("clock-names", texts: ["uartclk", "apb_pclk"])
        return node
    }

    private static func register(_ range: PhysicalRange) throws(GuestBootError) -> [UInt64] {
        guard let count = range.byteCount else { throw .badWindow(range) }
        return [range.start.rawValue, count]
    }
}
