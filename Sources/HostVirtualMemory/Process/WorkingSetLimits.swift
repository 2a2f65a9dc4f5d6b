/// Why the limits of a working set are not set; they are as they were then.
public enum WorkingSetLimitError: Error, Hashable, Sendable {
    /// Flags contradict each other, or are unknown.
    case flags

    /// The minimum is above the maximum, or the maximum is too small.
    case range

    /// The machine does not have the minimum.
    case tooLarge
}

/// The least and the most memory that the process may count on, as it set them. The host's kernel is not held to them.
public struct WorkingSetLimits: Hashable, Sendable {
    /// In bytes, whole pages.
    public private(set) var minimum: UInt64 = 50 * pageSize

    /// In bytes, whole pages.
    public private(set) var maximum: UInt64 = 345 * pageSize

    /// Whether the process keeps the minimum however little memory there is.
    public private(set) var isMinimumHard = false

    /// Whether the process gets no more than the maximum however much memory there is.
    public private(set) var isMaximumHard = false

    private static let pageSize: UInt64 = 0x1000

    /// The smallest limits that there are, in bytes: smaller minima count as the first, smaller maxima are refused.
    private static let (smallestMinimum, smallestMaximum) = (20 * pageSize, 13 * pageSize)

    /// What the system needs of the minimum, in bytes: it cannot be locked.
    private static let overhead = 8 * pageSize

    /// What of the minimum can be locked, in bytes.
    public var lockable: UInt64 { minimum - Self.overhead }

    /// What flags say of how hard the limits are: as the calls have them, of which those that say nothing leave it as it is.
    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// `QUOTA_LIMITS_HARDWS_MIN_ENABLE`.
        public static let hardMinimum = Flags(rawValue: 0x1)

        /// `QUOTA_LIMITS_HARDWS_MIN_DISABLE`.
        public static let softMinimum = Flags(rawValue: 0x2)

        /// `QUOTA_LIMITS_HARDWS_MAX_ENABLE`.
        public static let hardMaximum = Flags(rawValue: 0x4)

        /// `QUOTA_LIMITS_HARDWS_MAX_DISABLE`.
        public static let softMaximum = Flags(rawValue: 0x8)

        private static let all: Flags = [.hardMinimum, .softMinimum, .hardMaximum, .softMaximum]

        /// Whether nothing in them contradicts the rest, or is unknown.
        public var isValid: Bool {
            isSubset(of: .all) && !isSuperset(of: [.hardMinimum, .softMinimum]) && !isSuperset(of: [.hardMaximum, .softMaximum])
        }
    }

    /// How hard the limits are.
    public var flags: Flags {
        [isMinimumHard ? .hardMinimum : .softMinimum, isMaximumHard ? .hardMaximum : .softMaximum]
    }

    /// Sets the limits, in bytes of which the part of a page does not count.
    ///
    /// - Parameter available: what the machine has for programs, in bytes.
    /// - Returns: false where a limit was moved to the nearest possible one.
    mutating func set(minimum: UInt64, maximum: UInt64, _ flags: Flags, available: UInt64) throws(WorkingSetLimitError) -> Bool {
        guard flags.isValid else { throw .flags }
        let asked = (minimum: minimum & ~(Self.pageSize - 1), maximum: maximum & ~(Self.pageSize - 1))
        guard asked.minimum <= asked.maximum, asked.maximum >= Self.smallestMaximum else { throw .range }
        guard asked.minimum <= available else { throw .tooLarge }
        self.minimum = max(asked.minimum, Self.smallestMinimum)
        self.maximum = max(min(asked.maximum, available), self.minimum)
        if !flags.isDisjoint(with: [.hardMinimum, .softMinimum]) { isMinimumHard = flags.contains(.hardMinimum) }
        if !flags.isDisjoint(with: [.hardMaximum, .softMaximum]) { isMaximumHard = flags.contains(.hardMaximum) }
        return self.minimum == asked.minimum && self.maximum == asked.maximum
    }
}
