public import MemoryMap

/// A kernel's command line as it lies in memory: text and a zero byte.
public enum LinuxCommandLine {
    /// The command line at `address`.
    ///
    /// - Parameters:
    ///   - text: UTF-8 without a zero byte.
    ///   - room: The bytes from `address` on that are the command line's, the zero at its end included.
    ///   - kernelLimit: What the kernel takes at most, the zero not included (`cmdline_size`); 255 where it says 0.
    /// - Throws: `GuestBootError.tooLarge` or `.zeroInCommandLine`.
    public static func segment(
        _ text: [UInt8], at address: PhysicalAddress, room: UInt64, kernelLimit: UInt32 = .max
    ) throws(GuestBootError) -> GuestSegment {
        for (offset, byte) in text.enumerated() where byte == 0 { throw .zeroInCommandLine(offset: offset) }
        let kernelLimit = kernelLimit == 0 ? 255 : UInt64(kernelLimit)
        let limit = min(room, kernelLimit + 1)
        guard UInt64(text.count) < limit else {
            throw .tooLarge(.commandLine, byteCount: UInt64(text.count) + 1, limit: limit)
        }
        return try GuestSegment(.commandLine, at: address, text + [0])
    }
}
