import MapFormats
import MemoryMap
import Testing

@testable import MapDrawing

@Suite struct MarkupTests {
    private static let samples = [
        Samples.e820, Samples.overlapping, Samples.hostile, Samples.e820 + "\n" + Samples.hostile, Samples.random(300, seed: 5),
    ]

    private static let hostileName = "<script>alert('source')</script>\u{202E}\u{1}&\".log"

    private static func drawn(_ text: String) -> DrawnMaps { DrawnMaps([(hostileName, Samples.collection(text))]) }

    @Test(arguments: samples.indices)
    func `A picture is well-formed XML, and the same each time`(index: Int) {
        let sample = Self.samples[index]
        let drawn = Self.drawn(sample)
        let svg = MapPicture(drawn).svg()
        #expect(XMLChecker.problem(in: svg) == nil)
        #expect(svg == MapPicture(Self.drawn(sample)).svg())
    }

    @Test(arguments: samples.indices)
    func `A page is well-formed, and the same each time`(index: Int) {
        let sample = Self.samples[index]
        let html = MapPage(title: Self.hostileName, Self.drawn(sample)).html()
        #expect(XMLChecker.problem(in: html, isHTML: true) == nil)
        #expect(html == MapPage(title: Self.hostileName, Self.drawn(sample)).html())
    }

    @Test
    func `The checker finds what is wrong`() {
        for wrong in ["<a>", "<a></b>", "<a b=c/>", "<a b=\"1\" b=\"2\"/>", "a & b", "<a b=\"<\"/>", "<a>\u{1}</a>", "<a\"\"/>"] {
            #expect(XMLChecker.problem(in: wrong) != nil)
        }
        #expect(XMLChecker.problem(in: "<a b=\"&lt;\">&amp;<c/></a>") == nil)
    }

    @Test
    func `Nothing from a source becomes markup`() {
        let drawn = Self.drawn(Samples.hostile)
        let documents = [
            (MapPicture(drawn).svg(), false), (MapPage(title: Self.hostileName, drawn).html(), true),
            (MapPage(title: Self.hostileName, MapComparison(drawn.maps[0], drawn.maps[0])).html(), true),
        ]
        let harmless = MapPage(title: "a", DrawnMaps([("a", Samples.collection(Samples.e820))])).html()
        var plain = XMLChecker(harmless, isHTML: true)
        #expect(plain.read() == nil)
        let known = Set(plain.elements.map(\.name)).union(["th", "tr", "nav", "ol", "a", "li", "b"])
        for (document, isHTML) in documents {
            var checker = XMLChecker(document, isHTML: isHTML)
            #expect(checker.read() == nil)
            #expect(Set(checker.elements.map(\.name)).isSubset(of: known))
            #expect(checker.elements.count { $0.name == "script" } == (isHTML ? 1 : 0))
            #expect(!checker.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" } })
            // It is there as text.
            #expect(checker.text.contains("<script>alert(1)</script>"))
            #expect(checker.text.contains("{{title}} {{{script}}}"))
            #expect(!document.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{2066}" || $0 == "\u{7}" || $0 == "\u{1}" })
        }
    }

    @Test
    func `A page needs nothing from outside`() {
        let html = MapPage(title: "a", DrawnMaps([("a", Samples.collection(Samples.e820))])).html()
        for outside in ["http:", "https:", "src=", "@import", "url(/", "url(\"", "<link", "<img", "<iframe"] {
            #expect(!html.contains(outside), "\(outside)")
        }
        #expect(html.contains("default-src 'none'"))
    }

    @Test
    func `A page has a section for each map, and every region in its table`() {
        let drawn = Self.drawn(Samples.e820 + "\n" + Samples.hostile)
        var checker = XMLChecker(MapPage(title: "a", drawn).html(), isHTML: true)
        #expect(checker.read() == nil)
        #expect(drawn.maps.count == 2)
        #expect(checker.elements.count { $0.name == "section" } == 2)
        let rows = checker.elements.filter { $0.attributes["data-first"] != nil }
        #expect(rows.count == drawn.maps.reduce(0) { $0 + $1.blocks.count })
        #expect(rows.first?.attributes["data-last"] == "0x9fbff")
    }

    @Test
    func `Tens of thousands of rows make a picture and a page of bounded size, which say so`() {
        let drawn = Self.drawn(Samples.random(30_000, seed: 9))
        let svg = MapPicture(drawn).svg()
        let html = MapPage(title: "a", drawn).html()
        #expect(svg.utf8.count < 1 << 20)
        #expect(html.utf8.count < 2 << 20)
        for document in [svg, html] { #expect(document.contains("To keep this small")) }
    }

    @Test
    func `Without maps there is a picture that says so`() {
        let svg = MapPicture(DrawnMaps([])).svg()
        #expect(XMLChecker.problem(in: svg) == nil)
        #expect(svg.contains("no memory map"))
        #expect(XMLChecker.problem(in: MapPage(title: "a", DrawnMaps([])).html(), isHTML: true) == nil)
    }

    @Test
    func `Rows that describe nothing give a picture too`() {
        let text = "BIOS-e820: [mem 0x0000000050000000-0x000000004fffffff] usable\n"
        let drawn = Self.drawn(text)
        #expect(XMLChecker.problem(in: MapPicture(drawn).svg()) == nil)
        #expect(XMLChecker.problem(in: MapPage(title: "a", drawn).html(), isHTML: true) == nil)
        #expect(MapPicture(drawn).svg().contains("The map describes no addresses."))
    }

    @Test
    func `The legend of a picture has the palette's colours`() {
        #expect(PictureStyle.color(.usable) == "#3dae60")
        #expect(PictureStyle.color(.runtimeServices) == "#ad3902")
    }

    @Test
    func `Lengths are written to the hundredth`() {
        #expect(Figures.length(12) == "12")
        #expect(Figures.length(12.5) == "12.5")
        #expect(Figures.length(0.04) == "0.04")
        #expect(Figures.length(-3.256) == "-3.26")
        #expect(Figures.grouped(1_234_567) == "1,234,567")
        #expect(Figures.count(1, "row") == "1 row")
    }
}
