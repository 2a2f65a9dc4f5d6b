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
            let words = MapWords(map)
            self.id = id
            source = map.source
            identity = words.identity
            figures = words.figures.map { Figure(name: $0.name, value: $0.value) }
            filters = words.legend.map {
                Filter(style: PictureStyle.name($0.category), label: "\($0.category.label)", bytes: Figures.size($0.bytes))
            }
            picture = map.blocks.isEmpty ? "" : MapPicture.inline(map)
            notes = words.notes
            rows = map.blocks.map(Row.init)
            hasRows = !rows.isEmpty
        }
    }

    struct Link {
        var id: Int
        var text: String
    }

    var title: String
    var introduction: String
    var rules: String
    var patterns: String
    var script: String
    var hasLinks: Bool
    var links: [Link]
    var sections: [Section]
    var left: String

    init(title: String, maps: [DrawnMap], left: Int) {
        self.title = MarkupText.plain(title)
        let blocks = maps.reduce(0) { $0 + $1.regionCount }
        introduction = "\(Figures.count(maps.count, "memory map")), \(Figures.count(blocks, "region"))"
        rules = PageStyle.rules
        patterns = PictureStyle.patterns
        script = PageScript.text
        sections = maps.enumerated().map { Section($0.element, id: $0.offset + 1) }
        links = sections.map { Link(id: $0.id, text: "\($0.source): \($0.identity)") }
        hasLinks = links.count > 1
        self.left = left > 0 ? "\(Figures.count(left, "more map")) not drawn." : ""
    }
}

extension PageContent.Row {
    init(_ block: MapBlock) {
        let words = BlockWords(block)
        style = PictureStyle.name(block.category)
        first = Figures.address(block.range.start)
        last = Figures.address(block.range.last)
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
