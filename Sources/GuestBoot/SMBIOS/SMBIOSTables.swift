public import MemoryMap

/// What a machine tells about itself: SMBIOS 3.0 (DSP0134), the entry point and the structures right after it.
public struct SMBIOSTables: Sendable {
    /// The texts, in UTF-8 without a zero byte; an empty one is left out.
    public struct Identity: Hashable, Sendable {
        public var biosVendor = ("Strata" as StaticString).utf8Bytes
        public var biosVersion = ("0" as StaticString).utf8Bytes
        public var manufacturer = ("Strata" as StaticString).utf8Bytes
        public var product = ("Guest layout" as StaticString).utf8Bytes
        public var serialNumber: [UInt8] = []

        /// The machine's UUID, 16 bytes as they lie in the table.
        public var uuid: InlineArray<16, UInt8> = .init(repeating: 0)

        /// Texts for programs in the guest (structure 11).
        public var oemTexts: [[UInt8]] = []

        public init() {}

        public static func == (left: Self, right: Self) -> Bool {
            left.texts == right.texts && left.oemTexts == right.oemTexts
                && left.uuid.indices.allSatisfy { left.uuid[$0] == right.uuid[$0] }
        }

        public func hash(into hasher: inout Hasher) { hasher.combine(texts) }

        private var texts: [[UInt8]] { [biosVendor, biosVersion, manufacturer, product, serialNumber] }
    }

    /// The size of the entry point in bytes.
    public static let entryPointByteCount: UInt64 = 24

    public let segment: GuestSegment

    /// - Parameters:
    ///   - address: A multiple of 16; between F0000 and FFFFF the kernel finds the entry point itself.
    ///   - limit: The address before which the structures have to end.
    /// - Throws: `GuestBootError.tooLarge`, `.tooMany` for more than 255 OEM texts, `.badText` for one with a zero byte or
    ///   an empty one, `.misaligned`.
    public init(
        _ identity: Identity = Identity(), at address: PhysicalAddress, before limit: PhysicalAddress
    ) throws(GuestBootError) {
        guard address.isAligned(to: 16) else { throw .misaligned(.smbios, address, alignment: 16) }
        guard identity.oemTexts.count <= 255 else { throw .tooMany(.texts, count: identity.oemTexts.count, limit: 255) }
        for text in identity.oemTexts where text.isEmpty { throw .badText(.smbios) }
        let structures = try Self.structures(identity)
        let byteCount = Self.entryPointByteCount + UInt64(structures.count)
        let room = address.distance(to: limit) ?? 0
        guard byteCount <= room, let maximum = UInt32(exactly: structures.count) else {
            throw .tooLarge(.smbios, byteCount: byteCount, limit: room)
        }
        let (start, overflow) = address.rawValue.addingReportingOverflow(Self.entryPointByteCount)
        guard !overflow else { throw .addressOverflow(.smbios, address, byteCount: byteCount) }
        var bytes = ("_SM3_" as StaticString).utf8Bytes
        bytes += [0, 24, 3, 2, 0, 1, 0]
        bytes.appendLittleEndian(maximum)
        bytes.appendLittleEndian(start)
        bytes.storeChecksum(of: 0..<24, at: 5)
        segment = try GuestSegment(.smbios, at: address, bytes + structures)
    }

    private static func structures(_ identity: Identity) throws(GuestBootError) -> [UInt8] {
        var bytes: [UInt8] = []
        // The firmware: 0x14 bytes. Its characteristics are not supported, but it describes a virtual machine.
        var bios = Structure(type: 0, handle: 0)
        bios.text(identity.biosVendor)
        bios.text(identity.biosVersion)
        bios.bytes += [0, 0]
        bios.text([])
        bios.bytes.append(0)
        bios.bytes.appendLittleEndian(1 << 3 as UInt64)
        bios.bytes += [0, 0x10]
        try bios.finish(into: &bytes)
        // The system: 0x1B bytes.
        var system = Structure(type: 1, handle: 1)
        system.text(identity.manufacturer)
        system.text(identity.product)
        system.text([])
        system.text(identity.serialNumber)
        for index in identity.uuid.indices { system.bytes.append(identity.uuid[index]) }
        system.bytes.append(0x06)  // woken by the power switch
        system.text([])
        system.text([])
        try system.finish(into: &bytes)
        if !identity.oemTexts.isEmpty {
            var texts = Structure(type: 11, handle: 2)
            texts.bytes.append(UInt8(identity.oemTexts.count))
            texts.texts = identity.oemTexts
            try texts.finish(into: &bytes)
        }
        try Structure(type: 127, handle: 3).finish(into: &bytes)
        return bytes
    }

    /// A structure: fixed fields, then its texts, which the fields name by number.
    private struct Structure {
        var bytes: [UInt8]
        var texts: [[UInt8]] = []

        init(type: UInt8, handle: UInt16) {
            bytes = [type, 0]
            bytes.appendLittleEndian(handle)
        }

        /// A field with the number of a text, 0 for an empty one.
        mutating func text(_ text: [UInt8]) {
            if !text.isEmpty { texts.append(text) }
            bytes.append(text.isEmpty ? 0 : UInt8(texts.count))
        }

        consuming func finish(into output: inout [UInt8]) throws(GuestBootError) {
            bytes[1] = UInt8(bytes.count)
            output += bytes
            for text in texts {
                for byte in text where byte == 0 { throw .badText(.smbios) }
                output += text
                output.append(0)
            }
            output.appendZeros(texts.isEmpty ? 2 : 1)
        }
    }
}
