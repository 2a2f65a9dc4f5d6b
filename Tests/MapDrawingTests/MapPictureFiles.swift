import Foundation
import MapFormats
import Testing

@testable import MapDrawing

@Suite struct MapPictureFiles {
    private static let picture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Documentation/Strata.docc/Resources/map-draw.svg")

    private static let drawn = DrawnMaps([("laptop.log", Samples.collection(Samples.laptop))])

    @Test
    func `The picture in the documentation is drawn as it is drawn now`() throws {
        // Made anew by the test below: its map.svg.
        #expect(try String(contentsOf: Self.picture, encoding: .utf8) == MapPicture(Self.drawn).svg())
    }

    /// Pictures and pages to look at, in the folder that `STRATA_PICTURES` names.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["STRATA_PICTURES"] != nil, "STRATA_PICTURES names no folder"))
    func `Pictures to look at`() throws {
        let folder = URL(fileURLWithPath: ProcessInfo.processInfo.environment["STRATA_PICTURES"] ?? ".")
        let comparison = MapComparison(Samples.drawn(Samples.e820), Samples.drawn(Samples.smallerE820))
        let files = [
            "map.svg": MapPicture(Self.drawn).svg(),
            "map.html": MapPage(title: "laptop.log", Self.drawn).html(),
            "side-by-side.svg": ComparisonPicture(comparison).svg(),
            "side-by-side.html": MapPage(title: "two maps", comparison).html(),
            "large.html": MapPage(title: "large", DrawnMaps([("large", Samples.collection(Samples.random(5_000, seed: 3)))]))
                .html(),
        ]
        for (name, contents) in files {
            try contents.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
    }
}
