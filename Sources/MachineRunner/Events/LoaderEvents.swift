/// The loader runs.
public struct LoaderStart: Codable, Hashable, Sendable {
    public var architecture: MachineArchitecture
    public var firmwareVendor: String
    public var firmwareRevision: UInt64
    public var uefiRevision: String
}

/// What the loader read from its configuration file.
public struct LoaderSettings: Codable, Hashable, Sendable {
    public enum Verification: String, Codable, Hashable, Sendable {
        case required
        case optional
    }

    public var kernel: String
    public var verify: Verification
    public var commandLine: String
    public var initrd: String?
}

/// The kernel file is loaded.
public struct LoadedKernel: Codable, Hashable, Sendable {
    public var path: String
    public var byteCount: UInt64
    /// 64 hexadecimal digits.
    public var sha256: String
    /// Whether the hash equals that of the file beside the kernel.
    public var verified: Bool
    public var segments: UInt64
    public var entry: HexadecimalWord
    public var base: HexadecimalWord
    public var virtualBase: HexadecimalWord
}

/// The graphics mode that the loader chose.
public struct GraphicsMode: Codable, Hashable, Sendable {
    public enum PixelFormat: String, Codable, Hashable, Sendable {
        case rgbx
        case bgrx
        case bitmask
    }

    public struct Framebuffer: Codable, Hashable, Sendable {
        public var base: HexadecimalWord
        public var byteCount: UInt64
        public var width: UInt64
        public var height: UInt64
        public var pixelsPerScanLine: UInt64
        public var format: PixelFormat
    }

    /// Nil where the machine has none that a kernel could draw in.
    public var framebuffer: Framebuffer?
}

extension GraphicsMode {
    private enum Key: String, CodingKey {
        case available
    }

    public init(from decoder: any Decoder) throws {
        let available = try decoder.container(keyedBy: Key.self).decode(Bool.self, forKey: .available)
        framebuffer = available ? try Framebuffer(from: decoder) : nil
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(framebuffer != nil, forKey: .available)
        try framebuffer?.encode(to: encoder)
    }
}

/// The firmware's tables that the loader found.
public struct FirmwareTables: Codable, Hashable, Sendable {
    public var rsdp: HexadecimalWord?
    public var smbios: HexadecimalWord?
    public var deviceTree: HexadecimalWord?
    public var memoryAttributesTable: HexadecimalWord?
}

/// Boot services are gone.
public struct BootServicesExit: Codable, Hashable, Sendable {
    public var attempts: UInt64
    /// How often the buffers had to be enlarged.
    public var regrown: UInt64
    public var descriptors: UInt64
    /// The size of a descriptor in bytes.
    public var descriptorSize: UInt64
}

/// The loader gave up.
public struct LoaderFailure: Codable, Hashable, Sendable {
    public var stage: String
    public var message: String
}
