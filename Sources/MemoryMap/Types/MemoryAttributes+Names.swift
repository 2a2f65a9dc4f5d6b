extension MemoryAttributes {
    /// The number of attributes that are a single bit with a name.
    public static let namedCount = 16

    /// The attribute number `index` in the order of its bit, from the lowest up, and its short name as in the specification
    /// (`EFI_MEMORY_UC` is "UC"); `MORE_RELIABLE`, `CPU_CRYPTO` and `HOT_PLUGGABLE` are "MR", "CC" and "HP", `RUNTIME` is "RUN".
    ///
    /// The architecture's field and unknown bits are no part of it: they are printed as numbers.
    ///
    /// - Precondition: `index` is below ``namedCount``.
    public static func named(_ index: Int) -> (attribute: MemoryAttributes, name: StaticString) {
        switch index {
        case 0: (.uncacheable, "UC")
        case 1: (.writeCombining, "WC")
        case 2: (.writeThrough, "WT")
        case 3: (.writeBack, "WB")
        case 4: (.uncacheableExported, "UCE")
        case 5: (.writeProtected, "WP")
        case 6: (.readProtected, "RP")
        case 7: (.executeProtected, "XP")
        case 8: (.nonVolatile, "NV")
        case 9: (.moreReliable, "MR")
        case 10: (.readOnly, "RO")
        case 11: (.specificPurpose, "SP")
        case 12: (.cpuCrypto, "CC")
        case 13: (.hotPluggable, "HP")
        case 14: (.isaValid, "ISA")
        case 15: (.runtime, "RUN")
        default: preconditionFailure("there are 16 named attributes")
        }
    }
}
