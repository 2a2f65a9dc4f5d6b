import MapFormats
import Testing

@testable import MapDrawing

@Suite(.serialized, .enabled(if: Browser.isInstalled, "no Chromium is installed: pages are not opened in a browser"))
struct BrowserTests {
    private static let page = MapPage(
        title: "sample", DrawnMaps([("sample.log", Samples.collection(Samples.e820 + "\n" + Samples.hostile))])
    ).html()

    /// The page with a script of the test's at its end, which writes what it finds into the document.
    private static func page(probing script: String) -> String {
        let end = "</body>"
        let probe = """
            <pre id="probe"></pre>
            <script>
            const results = [], say = value => results.push(String(value));
            try { \(script) } catch (error) { say("error: " + error); }
            document.getElementById("probe").textContent = results.join("|");
            </script>

            """
        guard let last = page.ranges(of: end).last else { return page }
        return page[..<last.lowerBound] + probe + page[last.lowerBound...]
    }

    private static func probe(_ script: String, ground: Browser.Ground = .light) async throws -> [String] {
        let document = try await Browser.document(page(probing: script), ground: ground)
        let start = try #require(document.ranges(of: "<pre id=\"probe\">").last?.upperBound)
        let end = try #require(document[start...].firstRange(of: "</pre>")?.lowerBound)
        return document[start..<end].split(separator: "|", omittingEmptySubsequences: false).map {
            String($0).replacing("&amp;", with: "&").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
        }
    }

    @Test
    func `The scripts of the page run, and those of its names do not`() async throws {
        let document = try await Browser.document(Self.page)
        // The strips are shown, and every region of the tables can be chosen.
        #expect(document.ranges(of: "<div class=\"zoom\">").count == 2)
        #expect(document.ranges(of: "title=\"Zoom to this region\"").count == 9 + 7)
        #expect(document.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!document.contains("<script>alert"))
        #expect(!document.contains("onerror=\"") && !document.contains("<img"))
    }

    @Test
    func `Without scripts there are the pictures, the tables and the choices`() async throws {
        let document = try await Browser.document(Self.page, runsScripts: false)
        #expect(document.ranges(of: "<div class=\"zoom\" hidden=\"\">").count == 2)
        #expect(document.ranges(of: "title=\"Zoom to this region\"").isEmpty)
        #expect(document.ranges(of: "<svg class=\"map\" width=\"1000\"").count == 2)
        #expect(document.contains("<td class=\"number\">0x9fbff</td>"))
        let picture = try await Browser.picture(Self.page, runsScripts: false)
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(picture.count > 20_000)
    }

    @Test
    func `The ground follows the system, and the reader`() async throws {
        let script = """
            const ground = () => getComputedStyle(document.body).backgroundColor;
            say(ground());
            document.getElementById("theme-dark").click(); say(ground());
            document.getElementById("theme-light").click(); say(ground());
            """
        let (light, dark) = ("rgb(255, 255, 255)", "rgb(13, 17, 23)")
        #expect(try await Self.probe(script, ground: .light) == [light, dark, light])
        #expect(try await Self.probe(script, ground: .dark) == [dark, dark, light])
    }

    @Test
    func `Light and dark pictures differ`() async throws {
        let light = try await Browser.picture(Self.page, ground: .light)
        let dark = try await Browser.picture(Self.page, ground: .dark)
        #expect(light.count > 20_000 && dark.count > 20_000)
        #expect(light != dark)
    }

    @Test
    func `Choosing a region in the table makes it wide and tells its figures`() async throws {
        let results = try await Self.probe(
            """
            const section = document.querySelector("section"), strip = section.querySelector(".strip");
            const middle = () => {
              const ratio = strip.width / strip.getBoundingClientRect().width;
              return [...strip.getContext("2d").getImageData(strip.width / 2, 20 * ratio, 1, 1).data].slice(0, 3).join(",");
            };
            say(section.querySelector(".view").textContent);
            section.querySelectorAll("td button")[1].click();
            say(section.querySelector(".view").textContent);
            say(section.querySelector(".details").textContent.split("\\n")[0]);
            say(middle());
            section.querySelector("[data-do=next]").click();
            say(section.querySelector(".details").textContent.split("\\n")[0]);
            section.querySelector("[data-do=in]").click();
            section.querySelector("[data-do=all]").click();
            say(section.querySelector(".view").textContent);
            """)
        #expect(
            results == [
                "0x0 – 0x23fffffff  (9 GiB)",
                // The region of 1 KiB with as much on either side.
                "0x9f800 – 0xa03ff  (3 KiB)",
                "0x9fc00 – 0x9ffff   1 KiB",
                // Reserved memory's colour.
                "142,149,154",
                "0xf0000 – 0xfffff   64 KiB",
                "0x0 – 0x23fffffff  (9 GiB)",
            ])
    }

    @Test
    func `The smallest region has a point of its own in the whole strip`() async throws {
        let results = try await Self.probe(
            """
            const strip = document.querySelector(".strip"), context = strip.getContext("2d");
            const data = context.getImageData(0, 20, strip.width, 1).data, colors = new Set();
            for (let at = 0; at < data.length; at += 4) colors.add(data[at] + "," + data[at + 1] + "," + data[at + 2]);
            say(colors.has("61,174,96"));
            say(colors.has("167,71,171"));
            """)
        #expect(results == ["true", "true"])
    }

    @Test
    func `The filter hides a category's rows and dims it in the picture, in its own section only`() async throws {
        let results = try await Self.probe(
            """
            const [first, second] = document.querySelectorAll("section");
            const shown = section => [...section.querySelectorAll("tbody tr")].filter(row => getComputedStyle(row).display !== "none").length;
            const opacity = section => getComputedStyle(section.querySelector(".picture .mark.k0")).opacity;
            say(shown(first)); say(shown(second)); say(opacity(first));
            first.querySelector(".f-k0").click();
            say(shown(first)); say(shown(second)); say(opacity(first)); say(opacity(second));
            const strip = first.querySelector(".strip");
            say([...strip.getContext("2d").getImageData(strip.width - 30, 20, 1, 1).data].slice(0, 3).join(","));
            """)
        // Without usable memory its place in the strip has the ground's colour.
        #expect(results == ["9", "7", "1", "6", "7", "0.06", "1", "255,255,255"])
    }

    @Test
    func `Keys zoom and move, and dragging over a stretch shows it`() async throws {
        let results = try await Self.probe(
            """
            const strip = document.querySelector(".strip"), view = document.querySelector(".view");
            const press = key => strip.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            press("+"); say(view.textContent);
            press("ArrowRight"); say(view.textContent);
            press("-"); say(view.textContent);
            press("0");
            strip.setPointerCapture = () => {};
            const box = strip.getBoundingClientRect();
            const drag = (kind, share) => strip.dispatchEvent(new PointerEvent(kind, { clientX: box.left + box.width * share, button: 0 }));
            drag("pointerdown", 0); drag("pointermove", 1 / 3); drag("pointerup", 1 / 3);
            say(view.textContent.split("(")[1]);
            """)
        #expect(
            results == [
                "0x90000000 – 0x1afffffff  (4.5 GiB)", "0x120000000 – 0x23fffffff  (4.5 GiB)", "0x0 – 0x23fffffff  (9 GiB)",
                "3 GiB)",
            ])
    }
}
