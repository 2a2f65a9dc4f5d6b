import PageReplacement
import Testing

/// Fault counts that textbooks print.
@Suite struct TextbookTests {
    static let belady = References([1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5])
    static let twenty = References([7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1])

    @Test(arguments: [
        (ReplacementPolicyKind.fifo, 3, 9), (.fifo, 4, 10), (.lru, 3, 10), (.lru, 4, 8), (.optimal, 3, 7), (.optimal, 4, 6),
    ])
    func beladysString(_ kind: ReplacementPolicyKind, frames: Int, faults: UInt64) {
        #expect(Self.belady.counts(kind, frames: frames).faults == faults)
    }

    @Test(arguments: zip([ReplacementPolicyKind.fifo, .lru, .optimal, .clock], [15, 12, 9, 11] as [UInt64]))
    func theStringOfTwenty(_ kind: ReplacementPolicyKind, faults: UInt64) {
        #expect(Self.twenty.counts(kind, frames: 3).faults == faults)
    }

    @Test func moreFramesCanCostFIFOMoreFaults() {
        let string = References([0, 1, 5, 3, 0, 1, 4, 0, 1, 5, 3, 4])
        #expect(string.counts(.fifo, frames: 3).faults == 9)
        #expect(string.counts(.fifo, frames: 4).faults == 10)
    }
}
