/// The part of a ledger's charge that one process or one section has to answer for; what is left of it goes back at its end.
final class CommitAccount {
    let ledger: CommitLedger
    private let chargeCell = WordCell()
    private let peakCell = WordCell()

    /// What it answers for, in bytes.
    var charge: UInt64 { chargeCell.value }

    /// The most that it ever answered for, in bytes.
    var peak: UInt64 { peakCell.value }

    init(_ ledger: CommitLedger, charge: UInt64 = 0) {
        self.ledger = ledger
        add(charge)
    }

    deinit { ledger.subtract(charge) }

    func add(_ byteCount: UInt64) {
        ledger.add(byteCount)
        chargeCell.value += byteCount
        peakCell.value = max(peak, charge)
    }

    func subtract(_ byteCount: UInt64) {
        ledger.subtract(byteCount)
        chargeCell.value -= byteCount
    }
}
