/// The processor that an ELF file is for (`e_machine`).
public enum ELFMachine: UInt16, Sendable {
    case x86_64 = 62
    case aarch64 = 183

    /// The number of the one relocation type that is understood: `R_X86_64_RELATIVE` or `R_AARCH64_RELATIVE`.
    public var relativeRelocationType: UInt32 {
        switch self {
        case .x86_64: 8
        case .aarch64: 1027
        }
    }
}

/// Whether an ELF file may be moved (`e_type`).
public enum ELFKind: UInt16, Sendable {
    /// `ET_EXEC`: runs only at the addresses it was linked at.
    case fixed = 2

    /// `ET_DYN`: position independent, runs anywhere once it is relocated.
    case positionIndependent = 3
}
