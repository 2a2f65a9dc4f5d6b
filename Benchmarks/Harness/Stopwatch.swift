import CAffinity

/// Times code on one processor: samples of many operations each, after a warm-up.
public enum Stopwatch {
    /// Keeps this process on the processor that it runs on now, so that samples do not pay for migrations.
    ///
    /// Does nothing where the system has no such call.
    public static func pin() {
        strata_pin_to_current_processor()
    }

    /// Runs `body` once to warm up and then `samples` times, each run doing `operations` operations.
    ///
    /// `prepare` runs before each of them and is not timed.
    ///
    /// - Returns: Nanoseconds an operation.
    public static func measure(
        operations: Int, samples: Int = 11, prepare: () -> Void = {}, _ body: () -> Void
    ) -> Measurement {
        precondition(operations > 0 && samples > 0, "a sample holds operations")
        let clock = ContinuousClock()
        prepare()
        body()
        var figures: [Double] = []
        figures.reserveCapacity(samples)
        for _ in 0..<samples {
            prepare()
            let elapsed = clock.measure(body)
            let (seconds, attoseconds) = elapsed.components
            figures.append((Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(operations))
        }
        return Measurement(samples: figures)
    }

    /// Keeps the optimizer from dropping the computation of `value`.
    @inline(never)
    public static func consume<Value: ~Copyable>(_ value: borrowing Value) {}
}
