import ArgumentParser
import HostFiles
import MapDrawing
import MapFormats
import SystemPackage

/// `strata map draw`: memory maps as pictures.
struct MapDrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw",
        abstract: "Draws memory maps: in the terminal, as an SVG picture, as a page for a browser.")

    @Argument(help: ArgumentHelp("Files with memory maps; - is the standard input.", valueName: "source"))
    var sources: [String]

    @Option(help: ArgumentHelp("Draws into this SVG picture.", valueName: "file"))
    var svg: String?

    @Option(help: ArgumentHelp("Draws into this HTML page.", valueName: "file"))
    var html: String?

    func run() async throws {
        var maps: [DrawnMap] = []
        var left = 0
        for source in sources {
            var reader = MapReader()
            try InputFile.forEachPiece(of: FilePath(source)) { try reader.read($0) }
            let drawn = DrawnMap.all(of: try reader.finish(), source: source)
            maps += drawn.maps
            left += drawn.left
        }
        if let html {
            let title = sources.joined(separator: " + ")
            try OutputFile.replace(FilePath(html), with: MapPage(title: title, maps, left: left).html().utf8)
        }
        if let svg { try OutputFile.replace(FilePath(svg), with: MapPicture(maps, left: left).svg().utf8) }
    }
}
