import PageReplacement
import SeededRandom
import Testing

@Suite struct WorkingSetTests {
    private static func settings(
        fewest: Int = 0, wanted: Int = 0, modified: Int = 100, aging: Int = 1_000
    ) -> WorkingSetSettings {
        var settings = WorkingSetSettings(frames: 8)
        settings.fewestAvailable = fewest
        settings.wantedAvailable = wanted
        settings.mostModified = modified
        settings.agingInterval = aging
        return settings
    }

    private static func page(_ number: UInt32) -> PageIndex { PageIndex(rawValue: number) }

    @Test func aTrimmedPageComesBackWithoutTheDisk() {
        var policy = WorkingSetPolicy(frames: 4, pages: 10, settings: Self.settings(fewest: 2, wanted: 2))
        var ledger = PageLedger(frames: 4, pages: 10, backing: .file)
        for number in 0..<4 as Range<UInt32> { #expect(policy.access(Self.page(number), .read, in: &ledger) == .fault) }
        #expect(policy.standbyCount == 2)
        #expect(ledger.residents == 4)
        #expect(policy.access(Self.page(0), .read, in: &ledger) == .softFault)
        #expect(ledger.counts.reads == 4)
        #expect(policy.access(Self.page(0), .read, in: &ledger) == .hit)
    }

    @Test func aTrimmedDirtyPageIsWrittenOnceAndNotReadAgain() {
        var policy = WorkingSetPolicy(frames: 4, pages: 10, settings: Self.settings(fewest: 2, wanted: 2, modified: 0))
        var ledger = PageLedger(frames: 4, pages: 10, backing: .pagingFile)
        for number in 0..<4 as Range<UInt32> { _ = policy.access(Self.page(number), .write, in: &ledger) }
        #expect(policy.modifiedCount == 0)
        #expect(policy.standbyCount == 2)
        #expect(ledger.counts.writeBacks == 2)
        #expect(policy.access(Self.page(0), .read, in: &ledger) == .softFault)
        #expect(ledger.counts.reads == 0)
        #expect(ledger.counts.zeroFills == 4)
        #expect(!ledger.isDirty(Self.page(0)))
    }

    @Test func theOldestPagesAreTrimmedFirst() {
        var policy = WorkingSetPolicy(frames: 6, pages: 10, settings: Self.settings(fewest: 1, wanted: 1, aging: 6))
        var ledger = PageLedger(frames: 6, pages: 10, backing: .file)
        for number in 0..<5 as Range<UInt32> { _ = policy.access(Self.page(number), .read, in: &ledger) }
        // Everything but page 3 is used again before the aging pass that the next references bring.
        for _ in 0..<3 { for number in [0, 1, 2, 4] as [UInt32] { _ = policy.access(Self.page(number), .read, in: &ledger) } }
        _ = policy.access(Self.page(5), .read, in: &ledger)
        #expect(policy.standbyCount == 1)
        #expect(policy.access(Self.page(3), .read, in: &ledger) == .softFault)
    }

    @Test func everyPageIsOnOneListOrNowhere() {
        for seed in 0..<10 as Range<UInt64> {
            let references = References.random(seed: seed, count: 3_000, population: 80)
            var policy = WorkingSetPolicy(frames: 24, pages: 80)
            var ledger = PageLedger(frames: 24, pages: 80, backing: .pagingFile)
            for (page, write) in zip(references.pages, references.writes) {
                _ = policy.access(PageIndex(rawValue: UInt32(page)), write ? .write : .read, in: &ledger)
                #expect(policy.workingSetCount + policy.standbyCount + policy.modifiedCount == ledger.residents)
                #expect(ledger.residents <= 24)
            }
        }
    }
}
