import PageReplacement
import SeededRandom
import Testing

/// Locked pages under every policy that can have them: they stay, and nothing else suffers for it.
@Suite struct LockTests {
    private static func exercise<Policy: PageReplacementPolicy>(_: Policy.Type, frames: Int, seed: UInt64) {
        let population = 40
        var random = SeededGenerator(seed: seed)
        var policy = Policy(frames: frames, pages: population)
        var ledger = PageLedger(frames: frames, pages: population, backing: .pagingFile)
        var locked: Set<PageIndex> = []
        var resident: Set<PageIndex> = []
        func follow(moved: Bool = true) {
            if moved {
                #expect(locked.isDisjoint(with: ledger.evicted + ledger.trimmed + ledger.cleaned))
                resident.subtract(ledger.evicted)
            }
            #expect(locked.isSubset(of: resident))
            #expect(ledger.residents == resident.count && resident.count <= frames)
            #expect(resident.allSatisfy { ledger.isResident($0) } && locked.allSatisfy { ledger.isLocked($0) })
        }
        // A set has another order in each process, and a test that fails has to fail again.
        func inOrder(_ pages: Set<PageIndex>) -> [PageIndex] { pages.sorted { $0.rawValue < $1.rawValue } }
        for _ in 0..<400 {
            let page = PageIndex(rawValue: UInt32(random.below(population)))
            switch random.below(8) {
            case 0 where !locked.contains(page) && resident.contains(page) && locked.count + 1 < frames:
                policy.lock(page, in: &ledger)
                locked.insert(page)
                follow(moved: false)
                continue
            case 1, 2:
                guard let page = inOrder(locked).randomElement(using: &random) else { continue }
                let before = ledger.counts
                policy.unlock(page, in: &ledger)
                locked.remove(page)
                #expect(ledger.isResident(page) && !ledger.evicted.contains(page))
                #expect((ledger.counts.faults, ledger.counts.reads) == (before.faults, before.reads))
                #expect((ledger.counts.zeroFills, ledger.counts.references) == (before.zeroFills, before.references))
            default:
                let isHit = policy.access(page, random.oneIn(2) ? .write : .read, in: &ledger) == .hit
                #expect(isHit || !locked.contains(page))
                resident.insert(page)
            }
            follow()
        }
        // Once unlocked, everything gives way again.
        for page in inOrder(locked) {
            policy.unlock(page, in: &ledger)
            locked.remove(page)
            follow()
        }
        #expect(ledger.lockedCount == 0)
        let old = resident
        for round in 0..<6 {
            for number in 0..<UInt32(population) where !old.contains(PageIndex(rawValue: number)) || round == 5 {
                _ = policy.access(PageIndex(rawValue: number), .read, in: &ledger)
                resident.insert(PageIndex(rawValue: number))
                follow()
            }
        }
        #expect(ledger.residents == min(frames, population))
    }

    @Test(arguments: ReplacementPolicyKind.allCases, [2, 3, 5, 12, 39])
    func keepsLockedPages(_ kind: ReplacementPolicyKind, frames: Int) {
        for seed in 1...2 as ClosedRange<UInt64> {
            switch kind {
            case .workingSet: Self.exercise(WorkingSetPolicy.self, frames: frames, seed: seed)
            case .fifo: Self.exercise(FIFO.self, frames: frames, seed: seed)
            case .lru: Self.exercise(LRU.self, frames: frames, seed: seed)
            case .clock: Self.exercise(Clock.self, frames: frames, seed: seed)
            case .wsClock: Self.exercise(WSClock.self, frames: frames, seed: seed)
            case .twoQueue: Self.exercise(TwoQueue.self, frames: frames, seed: seed)
            case .arc: Self.exercise(AdaptiveReplacement.self, frames: frames, seed: seed)
            case .lirs: Self.exercise(LIRS.self, frames: frames, seed: seed)
            case .s3FIFO: Self.exercise(S3FIFO.self, frames: frames, seed: seed)
            case .sieve: Self.exercise(Sieve.self, frames: frames, seed: seed)
            // It decides by references that it knows beforehand; here it takes every page as never used again.
            case .optimal: Self.exercise(Optimal.self, frames: frames, seed: seed)
            }
        }
    }
}
