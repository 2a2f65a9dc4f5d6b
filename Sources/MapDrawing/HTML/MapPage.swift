import MapFormats
import Mustache

/// Maps as one page for a browser: a file that needs nothing besides itself.
///
/// Without scripts the page has pictures, tables, the filter by category and the choice of a light or a dark ground; with them also a
/// strip to scale that can be zoomed until the smallest region is wide. Whatever comes from a source is escaped.
public struct MapPage {
    private let content: PageContent

    /// - Parameter left: How many more maps there are that are not drawn.
    public init(title: String, _ maps: [DrawnMap], left: Int = 0) {
        content = PageContent(title: title, maps: maps, left: left)
    }

    public func html() -> String {
        do {
            return try MustacheTemplate(string: PageTemplate.text).render(content)
        } catch {
            preconditionFailure("the template is a constant: \(error)")
        }
    }
}
