/// The part of a ledger's charge that one process or one section has to answer for; what is left of it goes back at its end.
final class CommitAccount {
    let ledger: CommitLedger
    private let charge = WordCell()

    init(_ ledger: CommitLedger, charge: UInt64 = 0) {
        self.ledger = ledger
        add(charge)
    }

    deinit { ledger.subtract(charge.value) }

    func add(_ byteCount: UInt64) {
        ledger.add(byteCount)
        charge.value += byteCount
    }

    func subtract(_ byteCount: UInt64) {
        ledger.subtract(byteCount)
        charge.value -= byteCount
    }
}
