extension KernelImageError {
    /// What is wrong, where, and what to do.
    public var explanation: String {
        switch self {
        case .unknown:
            "no kernel that is known: neither a bzImage, nor an ELF file, nor an arm64 Image; unpack it first if it is packed"
        case .truncated(let offset):
            "the file ends before the header field at offset 0x\(String(offset, radix: 16)); is it complete?"
        case .badField(let offset, let value):
            "offset 0x\(String(offset, radix: 16)): the header has the impossible value 0x\(String(value, radix: 16))"
        case .notBzImage(let version):
            "a kernel of boot protocol \(version >> 8).\(version & 0xFF) that is loaded low; 2.02 and a bzImage are needed"
        case .fileTooShort(let byteCount, let needed): "\(byteCount) bytes, and the header promises \(needed); is it complete?"
        case .noSegments: "an ELF file without a loadable segment"
        case .segmentWraps(let offset):
            "offset 0x\(String(offset, radix: 16)): a segment passes the end of the address space"
        case .machine(let machine): "an ELF file for machine \(machine); x86 (3) and x86-64 (62) are understood"
        }
    }
}
