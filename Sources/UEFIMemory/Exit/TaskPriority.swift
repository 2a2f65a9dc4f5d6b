/// A task priority level: which notifications run before which.
///
/// UEFI 2.10, section 7.1 (`EFI_TPL`).
public struct TaskPriority: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt

    @inlinable
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Where UEFI images run.
    public static let application = TaskPriority(rawValue: 4)

    /// Notifications that take long, and file access.
    public static let callback = TaskPriority(rawValue: 8)

    /// Notifications that are short; the highest level at which memory may be allocated.
    public static let notify = TaskPriority(rawValue: 16)

    /// Interrupts are off.
    public static let highLevel = TaskPriority(rawValue: 31)

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Whether notifications may be asked for at this level: above the applications' and below the highest.
    @inlinable
    public var isNotificationLevel: Bool { self > .application && self < .highLevel }
}
