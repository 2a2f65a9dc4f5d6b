import MemoryMap

extension BootInfoError {
    /// The case as a word for programs, such as `wrong-magic`.
    public var code: StaticString {
        switch self {
        case .truncated: "truncated"
        case .wrongMagic: "wrong-magic"
        case .unsupportedVersion: "unsupported-version"
        case .wrongSize: "wrong-size"
        case .unknownFlags: "unknown-flags"
        case .reservedNotZero: "reserved-not-zero"
        case .badDescriptorSize: "bad-descriptor-size"
        case .badMemoryMapSize: "bad-memory-map-size"
        case .unknownPixelFormat: "unknown-pixel-format"
        case .badPixelMasks: "bad-pixel-masks"
        case .meaninglessValue: "meaningless-value"
        case .missing: "missing"
        case .wrapping: "wrapping"
        case .misaligned: "misaligned"
        case .outsideMemoryMap: "outside-memory-map"
        case .notLoaderMemory: "not-loader-memory"
        case .overlapping: "overlapping"
        case .framebufferInUsableMemory: "framebuffer-in-usable-memory"
        case .badResolution: "bad-resolution"
        case .framebufferTooSmall: "framebuffer-too-small"
        }
    }

    /// The case in a sentence for people, without its values.
    public var message: StaticString {
        switch self {
        case .truncated: "there are fewer bytes than the structure has"
        case .wrongMagic: "the structure does not start with STRATABI"
        case .unsupportedVersion: "the version is not one that this kernel reads"
        case .wrongSize: "the size does not belong to the version"
        case .unknownFlags: "a flag is set that the version does not define"
        case .reservedNotZero: "a reserved byte is not zero"
        case .badDescriptorSize: "the memory map's descriptor size is below 40 or no multiple of 8"
        case .badMemoryMapSize: "the memory map's size is no multiple of its descriptor size"
        case .unknownPixelFormat: "the version does not define the framebuffer's format"
        case .badPixelMasks: "the framebuffer's masks share a bit, or a colour has none"
        case .meaninglessValue: "the field has no meaning beside the others, and is not zero"
        case .missing: "the range is missing"
        case .wrapping: "the range passes 2^64"
        case .misaligned: "the address is not aligned"
        case .outsideMemoryMap: "the memory map has no memory for the range"
        case .notLoaderMemory: "the memory map does not give the range to the loader"
        case .overlapping: "the range shares memory with another one that is handed on"
        case .framebufferInUsableMemory: "the framebuffer lies over usable memory"
        case .badResolution: "the framebuffer has no pixels, or a scan line shorter than its width"
        case .framebufferTooSmall: "the framebuffer is smaller than its lines"
        }
    }

    /// The field at fault; for a reserved byte the field that it belongs to, for too few bytes the size.
    public var field: BootInfo.Field {
        switch self {
        case .truncated, .wrongSize: .size
        case .wrongMagic: .magic
        case .unsupportedVersion: .version
        case .unknownFlags: .flags
        case .reservedNotZero(let offset, _):
            offset >= BootInfo.Field.reserved2.offset
                ? .reserved2 : offset >= BootInfo.Field.reserved1.offset ? .reserved1 : .reserved0
        case .badDescriptorSize: .memoryMapDescriptorSize
        case .badMemoryMapSize: .memoryMapByteCount
        case .unknownPixelFormat: .framebufferFormat
        case .badPixelMasks: .framebufferRedMask
        case .framebufferInUsableMemory: .framebufferAddress
        case .badResolution: .framebufferWidth
        case .framebufferTooSmall: .framebufferByteCount
        case .meaninglessValue(let field, _), .missing(let field), .wrapping(let field, _, _), .misaligned(let field, _, _),
            .outsideMemoryMap(let field, _), .notLoaderMemory(let field, _), .overlapping(_, _, with: let field, _):
            field
        }
    }

    /// The offset in the structure of what is at fault, in bytes.
    public var offset: Int {
        if case .reservedNotZero(let offset, _) = self { return offset }
        return field.offset
    }

    /// The value at fault: the field's own, or the address that it led to; for too few bytes, how many there are.
    public var value: UInt64 {
        switch self {
        case .truncated(_, let available): UInt64(clamping: available)
        case .wrongMagic(let value), .badDescriptorSize(let value), .badMemoryMapSize(let value, _): value
        case .unsupportedVersion(let value), .wrongSize(let value), .unknownFlags(let value), .unknownPixelFormat(let value):
            UInt64(value)
        case .reservedNotZero(_, let value): UInt64(value)
        case .meaninglessValue(_, let value): value
        case .badPixelMasks, .missing: 0
        case .wrapping(_, let address, _), .misaligned(_, let address, _): address
        case .outsideMemoryMap(_, let range), .notLoaderMemory(_, let range), .overlapping(_, _, with: _, let range),
            .framebufferInUsableMemory(let range):
            range.start.rawValue
        case .badResolution(let width, _, _): UInt64(width)
        case .framebufferTooSmall(_, let available): available
        }
    }
}
