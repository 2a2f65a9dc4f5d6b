/// What one row of a benchmark came to: the time of one operation over several samples.
public struct Measurement: Sendable {
    /// The samples, nanoseconds an operation, ascending; never empty.
    public let samples: [Double]

    /// Takes the samples of a row in any order.
    ///
    /// - Precondition: There is at least one.
    public init(samples: [Double]) {
        precondition(!samples.isEmpty, "a measurement has at least one sample")
        self.samples = samples.sorted()
    }

    /// The figure to publish: half of the samples are below it.
    public var median: Double { quantile(0.5) }

    /// The sample below which `fraction` (0 to 1) of all samples lie, by the nearest rank.
    public func quantile(_ fraction: Double) -> Double {
        let rank = Int((fraction * Double(samples.count - 1)).rounded())
        return samples[min(max(rank, 0), samples.count - 1)]
    }
}
