import MemoryMap

extension BootInfo {
    /// The boot information in the first 256 bytes of `bytes`, judged by themselves: no pointer in it is followed.
    ///
    /// Bytes after the structure are not looked at. Allocates nothing.
    ///
    /// - Throws: one of the first group of ``BootInfoError``; the fields are judged in the order of their offsets, but for the
    ///   reserved bytes, which come after the version and the size.
    /// - Complexity: O(1).
    public init(decoding bytes: RawSpan) throws(BootInfoError) {
        guard bytes.byteCount >= Self.byteCount else {
            throw .truncated(needed: Self.byteCount, available: bytes.byteCount)
        }
        let fields = Fields(bytes: bytes)
        try fields.checkHeader()
        try fields.checkReserved(.reserved0)
        try fields.checkReserved(.reserved1)
        try fields.checkReserved(.reserved2)

        let flags = fields.word32(.flags)
        guard flags & ~Self.verifiedFlag == 0 else { throw .unknownFlags(flags) }
        let memoryMap = try fields.memoryMap()
        let framebuffer = try fields.framebuffer()
        self.init(
            memoryMap: memoryMap, kernel: try fields.requiredRange(.kernelAddress, .kernelByteCount),
            kernelVirtualBase: VirtualAddress(fields.word64(.kernelVirtualBase)), kernelDigest: fields.digest(),
            isKernelVerified: flags & Self.verifiedFlag != 0)
        self.framebuffer = framebuffer
        initrd = try fields.range(.initrdAddress, .initrdByteCount)
        commandLine = try fields.range(.commandLineAddress, .commandLineByteCount)
        rsdp = fields.address(.rsdp)
        smbios = fields.address(.smbios)
        deviceTree = fields.address(.deviceTree)
        systemTable = fields.address(.systemTable)
    }
}

/// The fields of an encoded structure whose length has been checked.
private struct Fields: ~Escapable {
    private let bytes: RawSpan

    /// - Precondition: `bytes` holds the whole structure.
    @_lifetime(copy bytes)
    init(bytes: RawSpan) {
        precondition(bytes.byteCount >= BootInfo.byteCount, "the whole structure")
        self.bytes = bytes
    }

    func byte(at offset: Int) -> UInt8 { bytes.littleEndian(UInt8.self, at: offset) ?? 0 }

    func word32(_ field: BootInfo.Field) -> UInt32 { bytes.littleEndian(UInt32.self, at: field.offset) ?? 0 }

    func word64(_ field: BootInfo.Field) -> UInt64 { bytes.littleEndian(UInt64.self, at: field.offset) ?? 0 }

    func checkHeader() throws(BootInfoError) {
        guard word64(.magic) == BootInfo.magic else { throw .wrongMagic(word64(.magic)) }
        guard word32(.version) == BootInfo.version else { throw .unsupportedVersion(word32(.version)) }
        guard word32(.size) == UInt32(BootInfo.byteCount) else { throw .wrongSize(word32(.size)) }
    }

    func checkReserved(_ field: BootInfo.Field) throws(BootInfoError) {
        for offset in field.offset..<field.offset + field.byteCount where byte(at: offset) != 0 {
            throw .reservedNotZero(offset: offset, value: byte(at: offset))
        }
    }

    func address(_ field: BootInfo.Field) -> PhysicalAddress? {
        let address = word64(field)
        return address == 0 ? nil : PhysicalAddress(address)
    }

    func range(_ address: BootInfo.Field, _ byteCount: BootInfo.Field) throws(BootInfoError) -> PhysicalRange? {
        guard word64(byteCount) != 0 else {
            guard word64(address) == 0 else { throw .meaninglessValue(address, word64(address)) }
            return nil
        }
        guard word64(address) != 0 else { throw .missing(address) }
        guard let range = PhysicalRange(start: PhysicalAddress(word64(address)), byteCount: word64(byteCount)) else {
            throw .wrapping(address, address: word64(address), byteCount: word64(byteCount))
        }
        return range
    }

    func requiredRange(_ address: BootInfo.Field, _ byteCount: BootInfo.Field) throws(BootInfoError) -> PhysicalRange {
        guard let range = try range(address, byteCount) else { throw .missing(address) }
        return range
    }

    func digest() -> BootInfo.Digest {
        var digest = [32 of UInt8](repeating: 0)
        for index in digest.indices { digest[index] = byte(at: BootInfo.Field.kernelSHA256.offset + index) }
        return BootInfo.Digest(digest)
    }

    func memoryMap() throws(BootInfoError) -> BootInfo.MemoryMapTable {
        let range = try requiredRange(.memoryMapAddress, .memoryMapByteCount)
        let descriptorSize = word64(.memoryMapDescriptorSize)
        guard BootInfo.MemoryMapTable.isDescriptorSize(descriptorSize) else { throw .badDescriptorSize(descriptorSize) }
        let byteCount = word64(.memoryMapByteCount)
        guard byteCount % descriptorSize == 0 else { throw .badMemoryMapSize(byteCount, descriptorSize: descriptorSize) }
        return BootInfo.MemoryMapTable(
            range: range, descriptorSize: descriptorSize, descriptorVersion: word32(.memoryMapDescriptorVersion))
    }

    func framebuffer() throws(BootInfoError) -> BootInfo.Framebuffer? {
        let code = word32(.framebufferFormat)
        let format: BootInfo.PixelFormat
        switch code {
        case 0:
            try checkAbsentFramebuffer()
            return nil
        case BootInfo.PixelFormat.rgbx.code: format = .rgbx
        case BootInfo.PixelFormat.bgrx.code: format = .bgrx
        case 3:
            guard
                let masks = BootInfo.PixelMasks(
                    red: word32(.framebufferRedMask), green: word32(.framebufferGreenMask),
                    blue: word32(.framebufferBlueMask), reserved: word32(.framebufferReservedMask))
            else { throw .badPixelMasks }
            format = .bitmask(masks)
        default: throw .unknownPixelFormat(code)
        }
        if code != 3 { try checkAbsentMasks() }
        return BootInfo.Framebuffer(
            range: try requiredRange(.framebufferAddress, .framebufferByteCount), width: word32(.framebufferWidth),
            height: word32(.framebufferHeight), pixelsPerScanLine: word32(.framebufferPixelsPerScanLine), format: format)
    }

    private func checkAbsentFramebuffer() throws(BootInfoError) {
        try checkZero64(.framebufferAddress)
        try checkZero64(.framebufferByteCount)
        try checkZero32(.framebufferWidth)
        try checkZero32(.framebufferHeight)
        try checkZero32(.framebufferPixelsPerScanLine)
        try checkAbsentMasks()
    }

    private func checkAbsentMasks() throws(BootInfoError) {
        try checkZero32(.framebufferRedMask)
        try checkZero32(.framebufferGreenMask)
        try checkZero32(.framebufferBlueMask)
        try checkZero32(.framebufferReservedMask)
    }

    private func checkZero32(_ field: BootInfo.Field) throws(BootInfoError) {
        guard word32(field) == 0 else { throw .meaninglessValue(field, UInt64(word32(field))) }
    }

    private func checkZero64(_ field: BootInfo.Field) throws(BootInfoError) {
        guard word64(field) == 0 else { throw .meaninglessValue(field, word64(field)) }
    }
}
