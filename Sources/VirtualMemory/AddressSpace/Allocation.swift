/// What was taken in one piece: its addresses, how, and what its pages were first given.
struct Allocation: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case unused
        case privateMemory
        case mapped
        case image

        /// Memory of physical pages that the program maps.
        case physical
        case placeholder
    }

    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let writeWatch = Traits(rawValue: 1)
        static let largePages = Traits(rawValue: 2)

        /// Stands where a placeholder was, and can become one again.
        static let replacedPlaceholder = Traits(rawValue: 4)

        /// Made by the system for itself: the environment blocks.
        static let system = Traits(rawValue: 8)
    }

    var start: UInt64
    var end: UInt64

    /// How much of it is charged for being committed, in bytes.
    var charged: UInt64 = 0
    var protection: PageProtection
    var kind: Kind
    var traits: Traits = []

    /// The view, or the next unused record.
    var link: UInt32 = .max

    var byteCount: UInt64 { end - start }

    /// The modifiers that all its pages have.
    var caching: PageProtection { protection.intersection(.caching) }
}

/// What a run of pages is part of and what may be done with it.
struct PageRun: RunValue {
    /// The index of the allocation.
    var allocation: UInt32

    /// Empty for pages without storage; never with a caching modifier.
    var protection: PageProtection

    var isCommitted: Bool { !protection.isEmpty }

    init(allocation: UInt32, protection: PageProtection) {
        self.allocation = allocation
        self.protection = protection
    }

    init(word: UInt64) {
        allocation = UInt32(truncatingIfNeeded: word)
        protection = PageProtection(rawValue: UInt32(truncatingIfNeeded: word >> 32))
    }

    var word: UInt64 { UInt64(protection.rawValue) << 32 | UInt64(allocation) }
}
