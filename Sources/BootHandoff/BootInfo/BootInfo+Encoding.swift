import MemoryMap

extension BootInfo {
    /// Writes the 256 bytes of the version 1 layout to the start of `bytes`.
    ///
    /// An optional address of 0 is written as absent, and a range over the whole 64-bit address space, which no machine has,
    /// without its last byte. Allocates nothing.
    ///
    /// - Precondition: `bytes` has room for ``byteCount`` bytes.
    /// - Complexity: O(1).
    public func encode(into bytes: inout MutableRawSpan) {
        precondition(bytes.byteCount >= Self.byteCount, "room for the encoded BootInfo")
        for offset in stride(from: 0, to: Self.byteCount, by: 8) { bytes.storeLittleEndian(UInt64(0), at: offset) }

        bytes.store(Self.magic, in: .magic)
        bytes.store(Self.version, in: .version)
        bytes.store(UInt32(Self.byteCount), in: .size)
        bytes.store(isKernelVerified ? Self.verifiedFlag : 0, in: .flags)
        for index in 0..<Digest.byteCount {
            bytes.storeLittleEndian(kernelDigest.bytes[index], at: BootInfo.Field.kernelSHA256.offset + index)
        }

        bytes.store(memoryMap.range, in: .memoryMapAddress, .memoryMapByteCount)
        bytes.store(memoryMap.descriptorSize, in: .memoryMapDescriptorSize)
        bytes.store(memoryMap.descriptorVersion, in: .memoryMapDescriptorVersion)
        if let framebuffer { bytes.store(framebuffer) }

        bytes.store(kernel, in: .kernelAddress, .kernelByteCount)
        bytes.store(kernelVirtualBase.rawValue, in: .kernelVirtualBase)
        if let initrd { bytes.store(initrd, in: .initrdAddress, .initrdByteCount) }
        if let commandLine { bytes.store(commandLine, in: .commandLineAddress, .commandLineByteCount) }
        bytes.store(rsdp?.rawValue ?? 0, in: .rsdp)
        bytes.store(smbios?.rawValue ?? 0, in: .smbios)
        bytes.store(deviceTree?.rawValue ?? 0, in: .deviceTree)
        bytes.store(systemTable?.rawValue ?? 0, in: .systemTable)
    }

    static let verifiedFlag: UInt32 = 1
}

extension BootInfo.PixelFormat {
    /// The number that stands for the format in the encoded ``BootInfo``; 0 means that there is no framebuffer.
    var code: UInt32 {
        switch self {
        case .rgbx: 1
        case .bgrx: 2
        case .bitmask: 3
        }
    }
}

extension MutableRawSpan {
    @_lifetime(self: copy self)
    fileprivate mutating func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, in field: BootInfo.Field) {
        storeLittleEndian(value, at: field.offset)
    }

    @_lifetime(self: copy self)
    fileprivate mutating func store(_ range: PhysicalRange, in address: BootInfo.Field, _ byteCount: BootInfo.Field) {
        store(range.start.rawValue, in: address)
        store(range.byteCount ?? .max, in: byteCount)
    }

    @_lifetime(self: copy self)
    fileprivate mutating func store(_ framebuffer: BootInfo.Framebuffer) {
        store(framebuffer.format.code, in: .framebufferFormat)
        store(framebuffer.range, in: .framebufferAddress, .framebufferByteCount)
        store(framebuffer.width, in: .framebufferWidth)
        store(framebuffer.height, in: .framebufferHeight)
        store(framebuffer.pixelsPerScanLine, in: .framebufferPixelsPerScanLine)
        guard case .bitmask(let masks) = framebuffer.format else { return }
        store(masks.red, in: .framebufferRedMask)
        store(masks.green, in: .framebufferGreenMask)
        store(masks.blue, in: .framebufferBlueMask)
        store(masks.reserved, in: .framebufferReservedMask)
    }
}
