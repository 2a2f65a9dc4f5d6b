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

    /// No longer counts a page in RAM among those that it decides about: it stays, and is not referred to until it is unlocked.
    ///
    /// Fewer frames are left to decide about; at least one has to be.
    mutating func withdraw(_ page: PageIndex)
}

extension PageReplacementPolicy {
    /// One reference: the policy decides, the ledger counts.
    ///
    /// Afterwards the page is in RAM, and dirty if it was written; `ledger.evicted` names what left.
    public mutating func access(_ page: PageIndex, _ access: PageAccess, in ledger: inout PageLedger) -> PageReference {
        ledger.begin()
        let outcome = ledger.isLocked(page) ? .hit : refer(to: page, in: &ledger)
        ledger.finish(page, access, outcome)
        return outcome
    }

    /// Keeps a page in RAM, whatever is referred to, until it is unlocked.
    ///
    /// - Precondition: The page is in RAM and not locked, and another frame is left. The optimum, which knows all references
    ///   beforehand, has no locked pages.
    public mutating func lock(_ page: PageIndex, in ledger: inout PageLedger) {
        ledger.lock(page)
        withdraw(page)
    }

    /// Lets a locked page go again: it is as if it had just been brought in, without having cost anything.
    ///
    /// As after a reference, `ledger` names what moved.
    ///
    /// - Precondition: The page is locked.
    public mutating func unlock(_ page: PageIndex, in ledger: inout PageLedger) {
        ledger.begin()
        let before = ledger.unlock(page)
        _ = refer(to: page, in: &ledger)
        ledger.finishUnlocking(before)
    }
}
