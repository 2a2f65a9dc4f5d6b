import ArgumentParser
import PageReplacement

/// Policies as an argument names them.
struct PolicyList: ExpressibleByArgument {
    static let usual = PolicyList(kinds: [.workingSet, .fifo, .lru, .clock, .optimal])

    let kinds: [ReplacementPolicyKind]

    private init(kinds: [ReplacementPolicyKind]) { self.kinds = kinds }

    init?(argument: String) {
        if argument.lowercased() == "all" {
            kinds = ReplacementPolicyKind.allCases
            return
        }
        var kinds: [ReplacementPolicyKind] = []
        for word in argument.split(separator: ",") {
            guard let kind = ReplacementPolicyKind.allCases.first(where: { Self.plain("\($0.name)") == Self.plain(word) }) else {
                return nil
            }
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        guard !kinds.isEmpty else { return nil }
        self.kinds = kinds
    }

    var defaultValueDescription: String { kinds.map { "\($0.name)" }.joined(separator: ",") }

    /// Hyphens and capitals make no difference: `s3fifo` is `S3-FIFO`.
    private static func plain(_ word: some StringProtocol) -> String { word.lowercased().filter { $0 != "-" } }
}

/// Numbers of frames as an argument names them.
struct FrameCounts: ExpressibleByArgument {
    /// More frames than any trace has pages are no use, and their arrays would not fit.
    private static let most = Int(Int32.max)

    let counts: [Int]

    init?(argument: String) {
        var counts: [Int] = []
        for word in argument.split(separator: ",") {
            guard let count = Int(word), (1...Self.most).contains(count) else { return nil }
            if !counts.contains(count) { counts.append(count) }
        }
        guard !counts.isEmpty else { return nil }
        self.counts = counts
    }
}
