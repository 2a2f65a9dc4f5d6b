import MapFormats
import MemoryMap
import MemoryReport

/// What the template of a page takes: plain values that it escapes itself, and pictures that are markup already.
struct PageContent {
    struct Figure {
        var name: String
        var value: String
    }

    struct Filter {
        var style: String
        var label: String
        var bytes: String
    }

    struct Row {
        var style: String
        var first: String
        var last: String
        var size: String
        var type: String
        var word: String
        var attributes: String
        var rows: String
        var lines: String
        var alarm: String
        var parts: String
    }

    struct Section {
        var id: Int
        var source: String
        var identity: String
        var figures: [Figure]
        var filters: [Filter]
        var picture: String
        var notes: [String]
        var rows: [Row]
        var hasRows: Bool

        init(_ map: DrawnMap, id: Int) {
            self.id = id
            source = map.source
            identity = map.identityLine
            figures = map.figures.map { Figure(name: $0.name, value: $0.value) }
            filters = map.legend.map {
                Filter(style: PictureStyle.name($0.category), label: "\($0.category.label)", bytes: $0.size)
            }
            picture = map.blocks.isEmpty ? "" : MapPicture.inline(map)
            notes = map.notes
            rows = map.blocks.map(Row.init)
            hasRows = !rows.isEmpty
        }
    }

    /// Two maps side by side.
    struct Pair {
        struct Figure {
            var name: String
            var values: [String]
            var isDifferent: Bool
        }

        var names: [String]
        var figures: [Figure]
        var picture: String
        var notes: [String]

        init(_ comparison: MapComparison) {
            names = comparison.maps.map { "\($0.source): \($0.identityLine)" }
            let columns = comparison.maps.map { $0.figures }
            figures = zip(columns[0], columns[1]).map { first, second in
                let name = first.name == second.name ? first.name : "\(first.name) / \(second.name)"
                return Figure(name: name, values: [first.value, second.value], isDifferent: first.value != second.value)
            }
            picture = ComparisonPicture(comparison).inline()
            notes = comparison.notes
        }
    }

    struct Link {
        var id: Int
        var text: String
    }

    var title: String
    var heading: String
    var introduction: String
    var rules: String
    var patterns: String
    var script: String
    var hasLinks: Bool
    var links: [Link]
    var pairs: [Pair]
    var sections: [Section]
    var left: String

    init(title: String, _ drawn: DrawnMaps, comparison: MapComparison?) {
        let maps = drawn.maps
        let regions = maps.reduce(0) { $0 + $1.regionCount }
        self.title = MarkupText.plain(title)
        heading =
            comparison != nil
            ? "Two memory maps side by side" : maps.count == 1 ? "Memory map" : Figures.count(maps.count, "memory map")
        introduction = "\(self.title) · \(Figures.count(regions, "region"))"
        rules = PageStyle.rules
        patterns = PictureStyle.patterns
        script = PageScript.text
        pairs = comparison.map { [Pair($0)] } ?? []
        sections = maps.enumerated().map { Section($0.element, id: $0.offset + 1) }
        links = sections.map { Link(id: $0.id, text: "\($0.source): \($0.identity)") }
        hasLinks = links.count > 1
        left = drawn.left > 0 ? "\(Figures.count(drawn.left, "more map")) not drawn." : ""
    }
}

extension PageContent.Row {
    init(_ block: MapBlock) {
        let words = BlockWords(block)
        style = PictureStyle.name(block.category)
        first = HexadecimalText.text(block.range.start.rawValue)
        last = HexadecimalText.text(block.range.last.rawValue)
        size = words.size
        type = words.type
        word = block.word
        attributes = words.attributes
        rows = block.rows > 0 ? Figures.grouped(block.rows) : ""
        lines = block.lines.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" } ?? ""
        alarm = words.alarm
        parts = words.parts
    }
}
