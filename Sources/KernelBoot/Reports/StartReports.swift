public import BootHandoff
public import MemoryMap
public import MemoryReport

extension TextSink where Self: ~Copyable {
    /// Writes the kernel's first words: where it is, and what it was handed.
    ///
    /// - Parameters:
    ///   - address: the physical address of the BootInfo.
    ///   - commandLine: the bytes that the BootInfo's command line leads to.
    public mutating func writeStartReport(
        _ information: BootInfo, at address: PhysicalAddress, commandLine: RawSpan, architecture: StaticString
    ) {
        write("\nStrata kernel on ")
        write(architecture)
        write(", BootInfo version ")
        write(decimal: UInt64(BootInfo.version))
        write(information.isKernelVerified ? ", verified" : ", not verified")
        write("\n")
        writeEvent("start", from: .kernel) { event in
            event.number("bootInfoVersion", UInt64(BootInfo.version))
            event.hexadecimal("bootInfo", address)
            event.hexadecimal("kernelStart", information.kernel.start)
            event.hexadecimal("kernelLast", information.kernel.last)
            event.bool("verified", information.isKernelVerified)
            event.hexadecimal("sha256", bytes: information.kernelDigest.bytes.span)
            event.string("commandLine", utf8: commandLine)
        }
    }
}
