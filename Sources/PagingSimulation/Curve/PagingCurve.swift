public import PageReplacement

/// How a trace fares under several policies with more and more frames: where the curve rises steeply, the machine thrashes.
public struct PagingCurve: Sendable {
    /// One policy with one number of frames.
    public struct Point: Sendable {
        /// The policy that was run.
        public let policy: ReplacementPolicyKind

        /// How many frames it had.
        public let frames: Int

        /// What the references came to.
        public let counts: PagingCounts
    }

    /// The points, all frames of the first policy first, in the orders asked for.
    public private(set) var points: [Point] = []

    /// The policies that were run, in the order asked for.
    public let policies: [ReplacementPolicyKind]

    /// The numbers of frames that each had, in the order asked for.
    public let frames: [Int]

    /// How many references the trace has.
    public let references: Int

    /// How many different pages they are to.
    public let population: Int

    /// Runs the trace once for each policy and number of frames.
    ///
    /// `willRun` is told before each run.
    public init(
        _ trace: PageTrace, policies: [ReplacementPolicyKind], frames: [Int], backing: PageBacking? = nil,
        willRun: (ReplacementPolicyKind, Int) -> Void = { _, _ in }
    ) {
        self.policies = policies
        self.frames = frames
        references = trace.pages.count
        population = trace.population
        for policy in policies {
            for count in frames {
                willRun(policy, count)
                let counts = PagingRun.counts(
                    policy, pages: trace.pages, writes: trace.writes, population: trace.population, frames: count,
                    backing: backing ?? trace.backing)
                points.append(Point(policy: policy, frames: count, counts: counts))
            }
        }
    }

    /// The point of a policy with a number of frames, if it was run.
    public func point(_ policy: ReplacementPolicyKind, frames: Int) -> Point? {
        points.first { $0.policy == policy && $0.frames == frames }
    }

    /// The numbers of frames to look at when nobody names any: powers of two and the steps halfway up to all pages of the trace.
    public static func usualFrames(population: Int) -> [Int] {
        var frames: [Int] = []
        var power = 4
        while power < population {
            frames.append(power)
            if power + power / 2 < population { frames.append(power + power / 2) }
            power *= 2
        }
        return frames + [max(population, 1)]
    }
}
