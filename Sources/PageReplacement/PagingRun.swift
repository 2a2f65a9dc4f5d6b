/// Replays a sequence of references under one policy.
public enum PagingRun {
    /// Runs the references of `pages` and `writes`, which say of each whether it writes, with `frames` frames.
    ///
    /// Time: O(references), times the logarithm of the frames for the optimum.
    ///
    /// - Precondition: Both have the same length, and every page is below `population`; there is at least one frame.
    public static func counts(
        _ kind: ReplacementPolicyKind, pages: [PageIndex], writes: [Bool], population: Int, frames: Int, backing: PageBacking
    ) -> PagingCounts {
        precondition(pages.count == writes.count, "every reference reads or writes")
        func run<Policy: PageReplacementPolicy>(_ policy: consuming Policy) -> PagingCounts {
            var ledger = PageLedger(frames: frames, pages: population, backing: backing)
            for (page, write) in zip(pages, writes) {
                _ = policy.access(page, write ? .write : .read, in: &ledger)
            }
            return ledger.counts
        }
        return switch kind {
        case .workingSet: run(WorkingSetPolicy(frames: frames, pages: population))
        case .fifo: run(FIFO(frames: frames, pages: population))
        case .lru: run(LRU(frames: frames, pages: population))
        case .clock: run(Clock(frames: frames, pages: population))
        case .wsClock: run(WSClock(frames: frames, pages: population))
        case .twoQueue: run(TwoQueue(frames: frames, pages: population))
        case .arc: run(AdaptiveReplacement(frames: frames, pages: population))
        case .lirs: run(LIRS(frames: frames, pages: population))
        case .s3FIFO: run(S3FIFO(frames: frames, pages: population))
        case .sieve: run(Sieve(frames: frames, pages: population))
        case .optimal: run(Optimal(frames: frames, pages: population, future: pages))
        }
    }
}
