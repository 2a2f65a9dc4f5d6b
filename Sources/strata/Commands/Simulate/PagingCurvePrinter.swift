import MemoryReport
import PageReplacement
import PagingSimulation

/// A curve for people and for programs.
struct PagingCurvePrinter {
    let curve: PagingCurve
    let name: String
    let style: Style

    /// A row a number of frames, a column a policy, the fewest faults of a row set off; and what the faults cost.
    func table() -> String {
        var text = style.heading("\(name): page faults") + "\n"
        text += style.faint("\(curve.references) references to \(curve.population) pages") + "\n\n"
        let names = curve.policies.map { "\($0.name)" }
        let widths = curve.policies.indices.map { column in
            max(names[column].count, curve.frames.map { cell(column, $0).count }.max() ?? 0)
        }
        let framesWidth = max("frames".count, curve.frames.map { "\($0)".count }.max() ?? 0)
        text += style.faint(padded("frames", framesWidth) + zip(names, widths).map { "  " + padded($0, $1) }.joined()) + "\n"
        for frames in curve.frames {
            let online = curve.policies.filter { $0 != .optimal }
            let fewest = online.compactMap { curve.point($0, frames: frames)?.counts.faults }.min()
            text += padded("\(frames)", framesWidth)
            for (column, policy) in curve.policies.enumerated() {
                let cell = padded(cell(column, frames), widths[column])
                let isBest = policy != .optimal && curve.point(policy, frames: frames)?.counts.faults == fewest
                text += "  " + (isBest && online.count > 1 ? style.good(cell) : cell)
            }
            text += "  " + bar(frames) + "\n"
        }
        return text + costs()
    }

    /// One object a line: `policy`, `frames` and all counts.
    func jsonLines() -> String {
        curve.points.map { point in
            let counts = point.counts
            return """
                {"policy":"\(point.policy.name)","frames":\(point.frames),"references":\(counts.references),"hits":\(counts.hits),\
                "softFaults":\(counts.softFaults),"faults":\(counts.faults),"zeroFills":\(counts.zeroFills),\
                "reads":\(counts.reads),"writeBacks":\(counts.writeBacks)}

                """
        }.joined()
    }

    /// Disk traffic and soft faults of the last number of frames, where they tell policies apart.
    private func costs() -> String {
        guard let frames = curve.frames.last, curve.frames.count == 1 else { return "" }
        var text = "\n"
        for policy in curve.policies {
            guard let counts = curve.point(policy, frames: frames)?.counts else { continue }
            text += "\(policy.name): \(counts.hits) hits, \(counts.softFaults) soft faults, \(counts.zeroFills) zero-filled, "
            text += "\(counts.reads) read, \(counts.writeBacks) written back\n"
        }
        return text
    }

    /// The first policy's fault rate to scale, so that the steep part of the curve shows.
    private func bar(_ frames: Int) -> String {
        guard let policy = curve.policies.first, let counts = curve.point(policy, frames: frames)?.counts,
            let most = curve.frames.compactMap({ curve.point(policy, frames: $0)?.counts.faults }).max(), most > 0
        else { return "" }
        let length = Int((Double(counts.faults) / Double(most) * 24).rounded(.up))
        return style.faint(String(repeating: style.terminal.isUnicode ? "▇" : "#", count: length))
    }

    private func cell(_ column: Int, _ frames: Int) -> String {
        curve.point(curve.policies[column], frames: frames).map { "\($0.counts.faults)" } ?? ""
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
