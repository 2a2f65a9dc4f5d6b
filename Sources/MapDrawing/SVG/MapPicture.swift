import MapFormats
import MemoryMap

/// Maps as an SVG picture, one below the other.
///
/// Addresses grow downwards. The picture follows the reader's wish for a light or a dark ground, and everything that is drawn tells
/// its figures when the pointer rests on it.
public struct MapPicture: Sendable {
    private let drawn: DrawnMaps
    private var maps: [DrawnMap] { drawn.maps }

    public init(_ maps: DrawnMaps) { drawn = maps }

    /// The picture as an SVG document of its own, without anything from outside.
    public func svg() -> String {
        var body = SVGText()
        var top = 0.0
        for (index, map) in maps.enumerated() {
            if index > 0 { body.line("rule", from: (24, top), to: (MapPanel.width - 24, top)) }
            top = MapPanel(map).draw(into: &body, top: top)
        }
        if maps.isEmpty {
            body.write("There is no memory map to draw.", "", x: 24, y: 40)
            top = 60
        }
        if drawn.left > 0 {
            body.write("\(Figures.count(drawn.left, "more map")) not drawn.", "faint", x: 24, y: top + 10)
            top += 30
        }
        let title = maps.count == 1 ? maps[0].source : Figures.count(maps.count, "memory map")
        return Self.opening(width: MapPanel.width, height: top, title: title, isStandalone: true) + PictureStyle.standalone
            + PictureStyle.patterns
            + body.text + "</svg>\n"
    }

    /// The picture of one map for a page that has the style and the patterns.
    static func inline(_ map: DrawnMap) -> String {
        var body = SVGText()
        let height = MapPanel(map, isTitled: false).draw(into: &body, top: 0)
        return opening(width: MapPanel.width, height: height, title: "\(map.source): \(map.identityLine)", isStandalone: false)
            + body.text
            + "</svg>"
    }

    static func opening(width: Double, height: Double, title: String, isStandalone: Bool) -> String {
        let (width, height) = (Figures.length(width), Figures.length(height))
        let space = isStandalone ? " xmlns=\"http://www.w3.org/2000/svg\"" : ""
        return """
            <svg\(space) class="map" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img">
            <title>\(MarkupText.escaped(title))</title>

            """
    }
}
