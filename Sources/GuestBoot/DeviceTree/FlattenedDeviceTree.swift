public import MemoryMap

/// A device tree in the form in which it is handed to a kernel (Devicetree Specification 0.4, chapter 5, version 17).
public enum FlattenedDeviceTree {
    /// The largest blob that an AArch64 kernel takes (Linux, Documentation/arch/arm64/booting.rst).
    public static let byteLimit: UInt64 = 2 << 20

    /// Writes the tree below `root`.
    ///
    /// - Parameters:
    ///   - reservations: Memory that the kernel must not take before it has read the tree.
    ///   - bootProcessor: The `reg` of the processor that starts.
    /// - Throws: `GuestBootError.tooLarge` for more than 2 MiB, `.badText` for a name with a zero byte.
    /// - Complexity: O(*n* · *m*), where *n* is the number of properties and *m* that of different names.
    public static func blob(
        _ root: DeviceTreeNode, reservations: [PhysicalRange] = [], bootProcessor: UInt32 = 0
    ) throws(GuestBootError) -> [UInt8] {
        var structure: [UInt8] = []
        var strings = Strings()
        try write(root, &structure, &strings)
        structure.appendBigEndian(9 as UInt32)

        var map: [UInt8] = []
        for range in reservations {
            guard let count = range.byteCount else { throw .badWindow(range) }
            map.appendBigEndian(range.start.rawValue)
            map.appendBigEndian(count)
        }
        map.appendZeros(16)

        let structureStart = 40 + map.count
        let stringsStart = structureStart + structure.count
        let total = stringsStart + strings.bytes.count
        guard UInt64(total) <= byteLimit else {
            throw .tooLarge(.deviceTree, byteCount: UInt64(total), limit: byteLimit)
        }
        var blob: [UInt8] = []
        let fields: [UInt32] = [
            0xD00D_FEED, UInt32(total), UInt32(structureStart), UInt32(stringsStart), 40, 17, 16, bootProcessor,
            UInt32(strings.bytes.count), UInt32(structure.count),
        ]
        for field in fields { blob.appendBigEndian(field) }
        return blob + map + structure + strings.bytes
    }

    private static func write(
        _ node: DeviceTreeNode, _ structure: inout [UInt8], _ strings: inout Strings
    ) throws(GuestBootError) {
        for byte in node.name where byte == 0 { throw .badText(.deviceTree) }
        structure.appendBigEndian(1 as UInt32)
        structure += node.name
        structure.append(0)
        structure.pad(to: 4)
        for property in node.properties {
            guard property.value.count <= byteLimit else {
                throw .tooLarge(.deviceTree, byteCount: UInt64(property.value.count), limit: byteLimit)
            }
            structure.appendBigEndian(3 as UInt32)
            structure.appendBigEndian(UInt32(property.value.count))
            structure.appendBigEndian(strings.offset(of: property.name))
            structure += property.value
            structure.pad(to: 4)
        }
        for child in node.children { try write(child, &structure, &strings) }
        structure.appendBigEndian(2 as UInt32)
    }

    /// The block of the properties' names, each of them once.
    private struct Strings {
        var bytes: [UInt8] = []
        private var known: [(name: [UInt8], offset: UInt32)] = []

        mutating func offset(of name: StaticString) -> UInt32 {
            let name = name.utf8Bytes
            for entry in known where entry.name == name { return entry.offset }
            let offset = UInt32(truncatingIfNeeded: bytes.count)
            known.append((name, offset))
            bytes += name
            bytes.append(0)
            return offset
        }
    }
}
