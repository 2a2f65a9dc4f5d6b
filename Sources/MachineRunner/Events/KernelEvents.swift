/// The kernel runs.
public struct KernelStart: Codable, Hashable, Sendable {
    public var bootInfoVersion: UInt64
    public var bootInfo: HexadecimalWord
    public var kernelStart: HexadecimalWord
    public var kernelLast: HexadecimalWord
    public var verified: Bool
    public var sha256: String
    public var commandLine: String
}

/// The raw memory map follows.
public struct MapHeader: Codable, Hashable, Sendable {
    /// The size of a descriptor in bytes.
    public var descriptorSize: UInt64
    public var descriptorVersion: UInt64
    public var byteCount: UInt64
}

/// A piece of the raw memory map.
public struct MapChunk: Codable, Hashable, Sendable {
    /// Where the piece begins, in bytes.
    public var offset: UInt64
    public var hex: String
}

/// The regions of one memory type.
public struct TypeTotal: Codable, Hashable, Sendable {
    public var type: UInt32
    public var name: String
    /// The rows of the raw map.
    public var descriptors: UInt64?
    /// The regions after merging.
    public var regions: UInt64
    public var pages: UInt64
}

/// A merged region of the memory map.
public struct ReportedRegion: Codable, Hashable, Sendable {
    public var start: HexadecimalWord
    public var pages: UInt64
    public var type: UInt32
    public var name: String
    public var attributes: HexadecimalWord
}

/// What the kernel read back from its own page tables.
public struct PagingReport: Codable, Hashable, Sendable {
    public var leaves4K: UInt64
    public var leaves2M: UInt64
    public var leaves1G: UInt64
    /// The number of leaves that break W^X.
    public var writableAndExecutable: UInt64
    public var pageZeroMapped: Bool
    public var tables: UInt64
}

/// How the firmware's runtime services fared at their new addresses.
public struct RuntimeReport: Codable, Hashable, Sendable {
    public var regions: UInt64
    /// The name of the status that SetVirtualAddressMap returned.
    public var setVirtualAddressMap: String
    /// The time, `2026-11-21T12:34:56`, nil where GetTime failed.
    public var getTime: String?
    /// The name of the status that GetTime returned.
    public var status: String
    /// The first virtual address of the runtime regions.
    public var base: HexadecimalWord
    /// Whether code and data lie apart, as the memory attributes table has them; nil where the kernel does not say.
    public var divided: Bool?
}

/// What became of the picture.
public struct DisplayReport: Codable, Hashable, Sendable {
    public var drawn: Bool
    /// In pixels; there where a picture was drawn.
    public var width: UInt64?
    public var height: UInt64?
}

extension DisplayReport {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        drawn = try container.decode(Bool.self, forKey: .drawn)
        width = drawn ? try container.decode(UInt64.self, forKey: .width) : nil
        height = drawn ? try container.decode(UInt64.self, forKey: .height) : nil
    }
}

/// The kernel refuses to go on.
public struct KernelRefusal: Codable, Hashable, Sendable {
    public var code: JSONValue
    public var message: String
}

/// The processor took an exception that the kernel does not survive.
public struct KernelFault: Codable, Hashable, Sendable {
    public var exception: String
    /// What the access was and why it was refused, such as "write to a read-only page"; empty or nil where that is not known.
    public var detail: String?
    public var vector: UInt64
    public var code: HexadecimalWord
    /// The address whose access faulted, nil for exceptions without one.
    public var address: HexadecimalWord?
    public var instruction: HexadecimalWord
    public var registers: [String: HexadecimalWord]
}
