import MemoryMap

extension MemoryType {
    /// Whether the type is one of the specification's that has its bit set, from bit 0 for type 0 on.
    ///
    /// Every allocation asks such questions, and a set of bits answers them without a jump.
    func isOne(of bits: UInt32) -> Bool { rawValue < 16 && bits >> rawValue & 1 != 0 }

    /// Whether an operating system has to map memory of the type for the runtime services: their code and data, and the processor's own
    /// code (UEFI 2.10, table 7-6).
    var isMappedAtRuntime: Bool { isOne(of: 0b0010_0000_0110_0000) }
}
