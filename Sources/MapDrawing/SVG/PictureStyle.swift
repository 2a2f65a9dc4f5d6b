import MemoryReport

/// The looks of a picture, by itself and within a page: on light and dark grounds.
enum PictureStyle {
    /// The class of everything that shows a category.
    static func name(_ category: MemoryCategory) -> String { "k\(category.rawValue)" }

    static func color(_ category: MemoryCategory) -> String {
        let color = category.color
        return "#" + [color.red, color.green, color.blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The colours of the grounds and of text as properties: `light`, and `dark` for those who look at dark screens.
    static let light = """
        --ground:#ffffff;--raised:#f6f8fa;--ink:#1c2128;--faint:#57606a;--line:#d0d7de;--edge:#24292f;--seam:#24292f;--accent:#0550ae;--alarm:#cf222e;
        """
    static let dark = """
        --ground:#0d1117;--raised:#161b22;--ink:#e6edf3;--faint:#9198a1;--line:#30363d;--edge:#b1bac4;--seam:#0d1117;--accent:#79c0ff;--alarm:#ff7b72;
        """

    /// The rules for the parts of pictures, which take the colours from the properties.
    static let rules: String = {
        var rules = """
            svg.map text{fill:var(--ink);font-family:system-ui,"DejaVu Sans",sans-serif;font-size:11px}
            svg.map text.title{font-size:17px;font-weight:600}
            svg.map text.faint{fill:var(--faint)}
            svg.map text.head{font-weight:600}
            svg.map text.number{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:11px}
            svg.map text.tick{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:10px;fill:var(--faint)}
            svg.map text.cut{font-size:9px;fill:var(--faint)}
            svg.map text.alarm{fill:var(--alarm)}
            svg.map .box{stroke:var(--seam);stroke-width:.5}
            svg.map .mark{stroke:none}
            svg.map .frame{fill:none;stroke:var(--edge);stroke-width:.75}
            svg.map .squeezed{stroke-dasharray:4 3}
            svg.map .link{stroke:none;opacity:.2}
            svg.map .rule{stroke:var(--line);stroke-width:1}
            svg.map .stroke{stroke:var(--faint);stroke-width:.75}
            svg.map .zigzag{fill:none;stroke:var(--faint);stroke-width:1}
            svg.map .mixed{fill:url(#map-mixed);stroke:none}
            svg.map .differs{fill:var(--accent);stroke:none}
            svg.map text.differs{fill:var(--accent);font-weight:600}
            svg.map .twice{fill:var(--alarm);stroke:none}

            """
        for category in MemoryCategory.allCases where category != .hole {
            rules += "svg.map .\(name(category)){fill:\(color(category))}\n"
        }
        return rules + """
            svg.map .\(name(.hole)){fill:url(#map-hole)}
            svg.map .box.\(name(.hole)){stroke:var(--faint);stroke-dasharray:3 2}
            svg.map .link.\(name(.hole)){fill:none}

            """
    }()

    /// The patterns of holes and of what is drawn together; once a document.
    static let patterns = """
        <defs>
        <pattern id="map-hole" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <rect width="6" height="6" style="fill:var(--ground)"/><line x1="0" y1="0" x2="0" y2="6" style="stroke:var(--line);stroke-width:1.5"/>\
        </pattern>
        <pattern id="map-mixed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">\
        <line x1="0" y1="0" x2="0" y2="5" style="stroke:var(--ground);stroke-width:2"/></pattern>
        </defs>

        """

    /// The style of a picture that stands for itself.
    static let standalone = """
        <style>
        svg.map{\(light)background:var(--ground)}
        @media (prefers-color-scheme:dark){svg.map{\(dark)}}
        \(rules)</style>

        """
}
