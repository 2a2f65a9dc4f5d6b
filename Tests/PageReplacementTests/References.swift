import PageReplacement
import SeededRandom

/// References by plain numbers.
struct References {
    let pages: [Int]
    let writes: [Bool]

    init(_ pages: [Int], writes: [Bool]? = nil) {
        self.pages = pages
        self.writes = writes ?? pages.map { _ in false }
    }

    /// Programs have loci: most references fall near the one before, some jump.
    static func random(seed: UInt64, count: Int, population: Int) -> References {
        var random = SeededGenerator(seed: seed)
        var place = 0
        var pages: [Int] = []
        var writes: [Bool] = []
        for _ in 0..<count {
            if random.chance(10) { place = random.below(population) }
            pages.append((place + random.below(4)) % population)
            writes.append(random.chance(30))
        }
        return References(pages, writes: writes)
    }

    func counts(_ kind: ReplacementPolicyKind, frames: Int, backing: PageBacking = .file) -> PagingCounts {
        PagingRun.counts(
            kind, pages: pages.map { PageIndex(rawValue: UInt32($0)) }, writes: writes,
            population: (pages.max() ?? 0) + 1, frames: frames, backing: backing)
    }
}
