public import MemoryMap

/// The least change of a request that makes its layout sound.
public enum LayoutCure: Hashable, Sendable {
    /// At least this many bytes of RAM.
    case memory(atLeast: UInt64)

    /// At most this many bytes of RAM.
    case memoryAtMost(UInt64)

    /// A multiple of this many bytes of RAM or more: the value is the next one.
    case memoryRounded(to: UInt64)

    /// At least this many physical address bits.
    case addressBits(UInt8)

    /// At most this many bytes for a part.
    case size(LayoutOwner, atMost: UInt64)

    /// At most this many of something.
    case count(LayoutProblem.Counted, atMost: UInt64)

    /// The window for devices below 4 GiB (AArch64: below RAM) starts here.
    case pciMemory(start: PhysicalAddress)

    /// The window for devices below 4 GiB (AArch64: below RAM) ends here or lower.
    case pciMemoryLast(atMost: PhysicalAddress)

    /// The configuration space starts here.
    case configuration(start: PhysicalAddress)

    /// A part goes here.
    case move(LayoutOwner, to: PhysicalAddress)

    /// The profile that has what was asked for.
    case profile(LayoutProfile)
}

/// Why a request is refused, and the least change that cures it where one was found.
public struct LayoutRefusal: Error, Hashable, Sendable {
    public let problem: LayoutProblem

    /// A change after which the request is not refused any more or, where more than one thing is wrong, not for this problem; nil
    /// where no single change helps.
    public let cure: LayoutCure?
}

/// What a change has to come to.
struct CureGoal {
    let strictness: LayoutStrictness

    /// The problem that has to be gone, and how many there are with it; nil where nothing may be wrong any more.
    private let problem: (problem: LayoutProblem, count: Int)?

    /// Nothing wrong.
    init(_ strictness: LayoutStrictness) {
        self.strictness = strictness
        problem = nil
    }

    /// One problem less, and not this one; `plan` is the one that has it, or nil where it kept the plan from being made.
    init(_ strictness: LayoutStrictness, without problem: LayoutProblem, of plan: LayoutPlan?) {
        self.strictness = strictness
        self.problem = (problem, plan.map { Self.count($0, strictness, of: problem).all } ?? .max)
    }

    func isReached(by plan: borrowing LayoutPlan) -> Bool {
        let found = Self.count(plan, strictness, of: problem?.problem)
        guard let problem else { return found.all == 0 }
        return found.same == 0 && found.all < problem.count
    }

    private static func count(
        _ plan: borrowing LayoutPlan, _ strictness: LayoutStrictness, of problem: LayoutProblem?
    ) -> (all: Int, same: Int) {
        var (all, same) = (0, 0)
        plan.findProblems { found, isHarmless in
            guard !isHarmless || strictness == .strict else { return true }
            all += 1
            if let problem, problem.hasSameParties(as: found) { same += 1 }
            // Where nothing may be wrong, one is enough to know.
            return problem != nil
        }
        return (all, same)
    }
}

extension LayoutProblem {
    /// Whether both problems are of one kind between the same owners, wherever they lie.
    fileprivate func hasSameParties(as other: LayoutProblem) -> Bool {
        switch (self, other) {
        case (.overlap(let a, let b), .overlap(let c, let d)):
            a.owner == c.owner && b.owner == d.owner || a.owner == d.owner && b.owner == c.owner
        case (.leavesWindow(let a, _), .leavesWindow(let b, _)), (.outsideMemory(let a, _), .outsideMemory(let b, _)),
            (.exceedsAddressWidth(let a, _), .exceedsAddressWidth(let b, _)):
            a.owner == b.owner
        default: self == other
        }
    }
}

/// Searches for the least change of one value.
enum CureSearch {
    /// The least multiple of `step` above `value` and not above `limit` that passes, where what is above it passes too.
    static func least(above value: UInt64, step: UInt64, limit: UInt64, _ passes: (UInt64) -> Bool) -> UInt64? {
        var (failing, distance) = (value / step, UInt64(1))
        let end = limit / step
        while true {
            let candidate = distance >= end - min(failing, end) ? end : failing + distance
            guard candidate > failing else { return nil }
            if passes(candidate * step) {
                return bisect(failing: failing, passing: candidate) { passes($0 * step) } * step
            }
            failing = candidate
            distance = distance > .max / 2 ? .max : distance * 2
        }
    }

    /// The greatest multiple of `step` below `value` that passes, where what is below it passes too.
    static func greatest(below value: UInt64, step: UInt64, _ passes: (UInt64) -> Bool) -> UInt64? {
        guard value > 0 else { return nil }
        var (failing, distance) = ((value - 1) / step + 1, UInt64(1))
        while true {
            guard failing > 0 else { return nil }
            let candidate = failing - min(distance, failing)
            if passes(candidate * step) {
                return bisect(failing: failing, passing: candidate) { passes($0 * step) } * step
            }
            failing = candidate
            distance = distance > .max / 2 ? .max : distance * 2
        }
    }

    /// The last value from `failing` to `passing` that passes, seen from `passing`.
    private static func bisect(failing: UInt64, passing: UInt64, _ passes: (UInt64) -> Bool) -> UInt64 {
        var (bad, good) = (failing, passing)
        while max(bad, good) - min(bad, good) > 1 {
            let middle = min(bad, good) + (max(bad, good) - min(bad, good)) / 2
            if passes(middle) { good = middle } else { bad = middle }
        }
        return good
    }
}
