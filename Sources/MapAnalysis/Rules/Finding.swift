public import MemoryMap

/// How bad a finding is.
public enum Severity: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    /// Worth knowing; nothing is wrong.
    case note

    /// Probably wrong, or wrong with little harm.
    case warning

    /// Wrong: memory may be used twice, or lost, or systems fail to start.
    case error

    public var name: StaticString {
        switch self {
        case .note: "note"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Something that a rule found, with where.
public struct Finding: Sendable {
    /// A place in a source.
    public struct Place: Hashable, Sendable {
        public var source: String

        /// The line, or the number of the record in a binary source, from 1 up.
        public var line: UInt32

        /// The addresses that matter; nil where the row has none.
        public var range: PhysicalRange?
    }

    /// The rule's identifier.
    public var rule: StaticString
    public var severity: Severity

    /// What is wrong and why it matters, in one sentence.
    public var message: String

    /// Where: first the row at fault, then what it is at odds with.
    public var places: [Place]
}

/// A rule that maps are checked against.
///
/// Rules are values without state: what they need is in the machine that they get.
public protocol MapRule: Sendable {
    /// A short name that stays, for documents and exclusions: "overlap".
    var id: StaticString { get }

    /// What is wrong where it finds something, in a few words.
    var title: StaticString { get }

    /// The worst that it reports.
    var severity: Severity { get }

    /// Why there is such a rule: a specification, a kernel's own check, or what went wrong on real machines.
    var reason: StaticString { get }

    /// Reports what it finds in the maps of one machine.
    func check(_ machine: CheckedMachine, _ findings: inout FindingList)
}

/// Collects the findings of a rule, a bounded number of them.
public struct FindingList: Sendable {
    /// The most findings of one rule that are kept of a machine.
    public static let limit = 1_000

    /// The findings that were kept, in the order in which they were found.
    public private(set) var findings: [Finding] = []

    /// How many there were beyond ``limit``, by rule.
    public private(set) var dropped: [(rule: StaticString, count: Int)] = []

    private var rule: StaticString = ""
    private var count = 0

    public init() {}

    /// Begins the next rule.
    mutating func begin(_ rule: any MapRule) {
        self.rule = rule.id
        count = 0
    }

    /// Adds a finding of the rule at hand.
    public mutating func add(_ severity: Severity, _ message: @autoclosure () -> String, _ places: Finding.Place...) {
        count += 1
        guard count <= Self.limit else {
            if count == Self.limit + 1 { dropped.append((rule, 0)) }
            dropped[dropped.count - 1].count += 1
            return
        }
        findings.append(Finding(rule: rule, severity: severity, message: message(), places: places))
    }
}
