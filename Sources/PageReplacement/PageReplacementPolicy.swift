/// What a reference does with the page.
public enum PageAccess: Sendable {
    case read
    case write
}

/// How a reference found the page.
public enum PageReference: Equatable, Sendable {
    /// In the working set.
    case hit
    /// In RAM, but on a list from which it would have left.
    case softFault
    /// Not in RAM.
    case fault
}

/// Which page gives up its frame.
///
/// A policy sees every reference, as a simulator can and hardware with accessed bits approximates; it keeps what it needs to
/// know in arrays made once, so that a reference allocates nothing.
public protocol PageReplacementPolicy {
    /// Makes the policy for a machine of `frames` frames and pages 0 up to `pages`.
    init(frames: Int, pages: Int)

    /// Has the page in RAM afterwards, evicting through the ledger what has to go.
    mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference
}

extension PageReplacementPolicy {
    /// One reference: the policy decides, the ledger counts.
    ///
    /// Afterwards the page is in RAM, and dirty if it was written; `ledger.evicted` names what left.
    public mutating func access(_ page: PageIndex, _ access: PageAccess, in ledger: inout PageLedger) -> PageReference {
        ledger.begin()
        let outcome = refer(to: page, in: &ledger)
        ledger.finish(page, access, outcome)
        return outcome
    }
}
