import PageReplacement

extension PagingCurve {
    /// The curve as a picture: frames to the right on a logarithmic scale, faults per thousand references upwards.
    ///
    /// Works on light and dark grounds; every point tells its figures when the pointer rests on it.
    public func svg(title: String) -> String {
        let plot = PlotArea(frames: frames, highest: highestRate)
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(PlotArea.width) \(plot.height(policies.count))" \
            font-family="system-ui, sans-serif" font-size="13" role="img">
            <title>\(Self.escaped(title))</title>
            <style>
            svg { background: #fff; color: #1c2128 } .grid { stroke: #d5dae1 } .axis { stroke: #57606a }
            text { fill: currentColor } .faint { fill: #57606a }
            @media (prefers-color-scheme: dark) {
            svg { background: #0d1117; color: #e6edf3 } .grid { stroke: #2a313a } .axis { stroke: #8b949e } .faint { fill: #9198a1 }
            }
            </style>
            <text x="\(PlotArea.left)" y="28" font-size="17" font-weight="600">\(Self.escaped(title))</text>
            <text class="faint" x="\(PlotArea.left)" y="48">faults per 1,000 of \(references) references; \(population) pages</text>

            """
        for rate in plot.rateTicks {
            let y = plot.y(rate)
            text += """
                <line class="grid" x1="\(PlotArea.left)" x2="\(PlotArea.right)" y1="\(y)" y2="\(y)"/>\
                <text class="faint" x="\(PlotArea.left - 8)" y="\(y + 4)" text-anchor="end">\(Self.figure(rate))</text>

                """
        }
        for count in plot.frameTicks {
            let x = plot.x(count)
            text += """
                <line class="axis" x1="\(x)" x2="\(x)" y1="\(PlotArea.bottom)" y2="\(PlotArea.bottom + 5)"/>\
                <text class="faint" x="\(x)" y="\(PlotArea.bottom + 20)" text-anchor="middle">\(count)</text>

                """
        }
        text += """
            <line class="axis" x1="\(PlotArea.left)" x2="\(PlotArea.right)" y1="\(PlotArea.bottom)" y2="\(PlotArea.bottom)"/>
            <text class="faint" x="\(PlotArea.right)" y="\(PlotArea.bottom + 38)" text-anchor="end">frames</text>

            """
        for (number, policy) in policies.enumerated() { text += line(of: policy, number, plot) }
        return text + "</svg>\n"
    }

    private func line(of policy: ReplacementPolicyKind, _ number: Int, _ plot: PlotArea) -> String {
        let color = Self.colors[number % Self.colors.count]
        // Past the last colour the same ones come again, dashed.
        let dash = number < Self.colors.count ? "" : " stroke-dasharray=\"6 4\""
        let ownPoints = points.filter { $0.policy == policy }
        let path = ownPoints.map { "\(plot.x($0.frames)),\(plot.y(rate($0)))" }.joined(separator: " ")
        var text = "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"\(dash)/>\n"
        for point in ownPoints {
            text += """
                <circle cx="\(plot.x(point.frames))" cy="\(plot.y(rate(point)))" r="3.5" fill="\(color)">\
                <title>\(policy.name), \(point.frames) frames: \(point.counts.faults) faults, \(point.counts.writeBacks) written \
                back</title></circle>

                """
        }
        let (x, y) = plot.legend(number)
        return text + """
            <line x1="\(x)" x2="\(x + 26)" y1="\(y - 4)" y2="\(y - 4)" stroke="\(color)" stroke-width="3"\(dash)/>\
            <text x="\(x + 34)" y="\(y)">\(policy.name)</text>

            """
    }

    private var highestRate: Double { points.map(rate).max() ?? 0 }

    private func rate(_ point: Point) -> Double { Double(point.counts.faults) * 1_000 / Double(max(references, 1)) }

    static func figure(_ value: Double) -> String {
        if value >= 10 || value == 0 { return "\(Int(value.rounded()))" }
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where character.value < 0x20: result += " "
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// Told apart by people of every kind of colour sight (the palette of Okabe and Ito, with two greys).
    private static let colors = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c6bb1", "#7f7f7f"]
}
