import MapFormats
import Mustache

/// Maps as one page for a browser: a file that needs nothing besides itself.
///
/// Without scripts the page has pictures, tables, the filter by category and the choice of a light or a dark ground; with them also a
/// strip to scale that can be zoomed until the smallest region is wide. Whatever comes from a source is escaped.
public struct MapPage {
    private let content: PageContent

    public init(title: String, _ maps: DrawnMaps) { content = PageContent(title: title, maps, comparison: nil) }

    /// Two maps side by side on one scale, and below each by itself.
    public init(title: String, _ comparison: MapComparison) {
        content = PageContent(title: title, DrawnMaps(comparison), comparison: comparison)
    }

    /// The page, which needs no other file.
    public func html() -> String {
        do {
            return try MustacheTemplate(string: PageTemplate.text).render(content)
        } catch {
            preconditionFailure("the template is a constant: \(error)")
        }
    }
}
