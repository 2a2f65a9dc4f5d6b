extension BootInfo {
    /// A field of the encoded structure; the raw value is its offset in bytes.
    public enum Field: Int, CaseIterable, Sendable {
        case magic = 0
        case version = 8
        case size = 12
        case flags = 16
        case reserved0 = 20
        case kernelSHA256 = 24
        case memoryMapAddress = 56
        case memoryMapByteCount = 64
        case memoryMapDescriptorSize = 72
        case memoryMapDescriptorVersion = 80
        case framebufferFormat = 84
        case framebufferAddress = 88
        case framebufferByteCount = 96
        case framebufferWidth = 104
        case framebufferHeight = 108
        case framebufferPixelsPerScanLine = 112
        case framebufferRedMask = 116
        case framebufferGreenMask = 120
        case framebufferBlueMask = 124
        case framebufferReservedMask = 128
        case reserved1 = 132
        case kernelAddress = 136
        case kernelByteCount = 144
        case kernelVirtualBase = 152
        case initrdAddress = 160
        case initrdByteCount = 168
        case commandLineAddress = 176
        case commandLineByteCount = 184
        case rsdp = 192
        case smbios = 200
        case deviceTree = 208
        case systemTable = 216
        case reserved2 = 224

        /// The offset from the structure's start in bytes.
        @inlinable
        public var offset: Int { rawValue }

        /// The size in bytes.
        public var byteCount: Int {
            switch self {
            case .version, .size, .flags, .reserved0, .memoryMapDescriptorVersion, .framebufferFormat, .framebufferWidth,
                .framebufferHeight, .framebufferPixelsPerScanLine, .framebufferRedMask, .framebufferGreenMask,
                .framebufferBlueMask,
                .framebufferReservedMask, .reserved1:
                4
            case .kernelSHA256, .reserved2: 32
            default: 8
            }
        }

        /// The name of the field in `struct strata_boot_info`.
        public var name: StaticString {
            switch self {
            case .magic: "magic"
            case .version: "version"
            case .size: "size"
            case .flags: "flags"
            case .reserved0: "reserved0"
            case .kernelSHA256: "kernel_sha256"
            case .memoryMapAddress: "memory_map_address"
            case .memoryMapByteCount: "memory_map_byte_count"
            case .memoryMapDescriptorSize: "memory_map_descriptor_size"
            case .memoryMapDescriptorVersion: "memory_map_descriptor_version"
            case .framebufferFormat: "framebuffer_format"
            case .framebufferAddress: "framebuffer_address"
            case .framebufferByteCount: "framebuffer_byte_count"
            case .framebufferWidth: "framebuffer_width"
            case .framebufferHeight: "framebuffer_height"
            case .framebufferPixelsPerScanLine: "framebuffer_pixels_per_scan_line"
            case .framebufferRedMask: "framebuffer_red_mask"
            case .framebufferGreenMask: "framebuffer_green_mask"
            case .framebufferBlueMask: "framebuffer_blue_mask"
            case .framebufferReservedMask: "framebuffer_reserved_mask"
            case .reserved1: "reserved1"
            case .kernelAddress: "kernel_address"
            case .kernelByteCount: "kernel_byte_count"
            case .kernelVirtualBase: "kernel_virtual_base"
            case .initrdAddress: "initrd_address"
            case .initrdByteCount: "initrd_byte_count"
            case .commandLineAddress: "command_line_address"
            case .commandLineByteCount: "command_line_byte_count"
            case .rsdp: "rsdp"
            case .smbios: "smbios"
            case .deviceTree: "device_tree"
            case .systemTable: "system_table"
            case .reserved2: "reserved2"
            }
        }
    }
}
