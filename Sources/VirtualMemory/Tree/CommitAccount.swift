/// The part of a ledger's charge that one process or one section has to answer for; what is left of it goes back at its end.
final class CommitAccount {
    let ledger: CommitLedger
    private var charge: UInt64

    init(_ ledger: CommitLedger, charge: UInt64 = 0) {
        self.ledger = ledger
        self.charge = charge
        ledger.add(charge)
    }

    deinit { ledger.subtract(charge) }

    func add(_ byteCount: UInt64) {
        ledger.add(byteCount)
        charge += byteCount
    }

    func subtract(_ byteCount: UInt64) {
        ledger.subtract(byteCount)
        charge -= byteCount
    }
}
