import PageReplacement
import SeededRandom
import Testing

@Suite struct PolicyTests {
    @Test(arguments: [ReplacementPolicyKind.fifo, .lru, .clock, .optimal, .sieve])
    func agreesWithItsDefinition(_ kind: ReplacementPolicyKind) {
        for seed in 0..<20 as Range<UInt64> {
            let references = References.random(seed: seed, count: 600, population: 40)
            for frames in [1, 2, 3, 5, 8, 16, 39, 40, 64] {
                let expected = NaiveModels.faults(kind, references.pages, frames: frames)
                #expect(references.counts(kind, frames: frames).faults == expected, "seed \(seed), \(frames) frames")
            }
        }
    }

    @Test(arguments: ReplacementPolicyKind.allCases)
    func noPolicyBeatsTheOptimum(_ kind: ReplacementPolicyKind) {
        for seed in 0..<10 as Range<UInt64> {
            let references = References.random(seed: seed, count: 1_000, population: 60)
            for frames in [1, 2, 3, 7, 20, 59, 60, 100] {
                let counts = references.counts(kind, frames: frames)
                #expect(counts.faults >= references.counts(.optimal, frames: frames).faults)
                #expect(counts.faults >= UInt64(Set(references.pages).count))
            }
        }
    }

    @Test(arguments: ReplacementPolicyKind.allCases, [PageBacking.file, .pagingFile])
    func countsAddUp(_ kind: ReplacementPolicyKind, _ backing: PageBacking) {
        for frames in [1, 2, 6, 30] {
            let counts = References.random(seed: 5, count: 2_000, population: 50).counts(kind, frames: frames, backing: backing)
            #expect(counts.references == 2_000)
            #expect(counts.hits + counts.softFaults + counts.faults == counts.references)
            #expect(counts.reads + counts.zeroFills == counts.faults)
            if backing == .file { #expect(counts.zeroFills == 0) }
            // What is read from a paging file was written there before.
            if backing == .pagingFile, counts.reads > 0 { #expect(counts.writeBacks > 0) }
        }
    }

    @Test(arguments: ReplacementPolicyKind.allCases)
    func enoughFramesMeanOneFaultAPage(_ kind: ReplacementPolicyKind) {
        let references = References.random(seed: 9, count: 3_000, population: 50)
        let pages = UInt64(Set(references.pages).count)
        let counts = references.counts(kind, frames: 200)
        #expect(counts.faults == pages)
        if kind != .workingSet { #expect(counts.writeBacks == 0) }
    }

    @Test func moreFramesNeverCostLRUOrTheOptimumMore() {
        let references = References.random(seed: 3, count: 2_000, population: 60)
        for kind in [ReplacementPolicyKind.lru, .optimal] {
            var before = UInt64.max
            for frames in 1...60 {
                let faults = references.counts(kind, frames: frames).faults
                #expect(faults <= before)
                before = faults
            }
        }
    }

    /// A page read once after another must not push out the pages in use: what 2Q, ARC, LIRS, S3-FIFO are for.
    @Test(arguments: [ReplacementPolicyKind.twoQueue, .arc, .lirs, .s3FIFO])
    func aScanLeavesTheHotPagesIn(_ kind: ReplacementPolicyKind) {
        var pages: [Int] = []
        var scanned = 20
        for round in 0..<200 {
            // The hot pages are used again and again, with a scan of as many pages as there are frames in between.
            pages += Array(0..<20) + Array(0..<20)
            if round % 2 == 1 {
                pages += Array(scanned..<scanned + 40)
                scanned += 40
            }
        }
        let references = References(pages)
        let scanFaults = UInt64(scanned - 20)
        let resistant = references.counts(kind, frames: 40).faults - scanFaults
        let naive = references.counts(.lru, frames: 40).faults - scanFaults
        #expect(resistant * 4 < naive, "\(resistant) faults on hot pages, LRU \(naive)")
    }
}
