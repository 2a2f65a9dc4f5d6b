/// What all processes of a system have been promised of memory and paging file together: the commit charge and its limit.
///
/// One ledger serves every address space and every section of a system. Not thread-safe, as nothing in this module is.
public final class CommitLedger {
    private let limitCell = WordCell()
    private let chargeCell = WordCell()
    private let peakCell = WordCell()

    /// The most that can be promised, in bytes; it may be raised or lowered at any time, below the charge too.
    public var limit: UInt64 {
        get { limitCell.value }
        set { limitCell.value = newValue }
    }

    /// What is promised, in bytes.
    public var charge: UInt64 { chargeCell.value }

    /// The most that was ever promised, in bytes.
    public var peak: UInt64 { peakCell.value }

    /// - Parameter limit: in bytes; without one everything is promised.
    public init(limit: UInt64 = .max) { limitCell.value = limit }

    /// Whether `byteCount` bytes more can be promised.
    public func canCharge(_ byteCount: UInt64) -> Bool {
        let (sum, overflow) = charge.addingReportingOverflow(byteCount)
        return byteCount == 0 || (!overflow && sum <= limit)
    }

    func add(_ byteCount: UInt64) {
        chargeCell.value += byteCount
        peakCell.value = max(peak, charge)
    }

    func subtract(_ byteCount: UInt64) {
        precondition(byteCount <= charge, "what is given back was charged")
        chargeCell.value -= byteCount
    }
}
