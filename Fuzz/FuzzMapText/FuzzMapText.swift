import FuzzDriver
import MapFormats
import MapPromises

/// The input is a text that may list memory maps. However it is cut into pieces, the same is found in it, and what is found keeps
/// what resolved maps and summaries promise.
@main
struct FuzzMapText {
    static func main() {
        unsafe runFuzzer { data, count in
            unsafe withInput(data, count) { FuzzMapText.test($0) }
        }
    }

    static func test(_ input: Span<UInt8>) {
        let whole = read(input, inPiecesOf: max(input.count, 1))
        // The piece length comes from the input, so that the cuts fall everywhere.
        let length = 1 + Int(input.count > 0 ? input[input.count / 2] : 0) % 61
        let pieces = read(input, inPiecesOf: length)
        require(whole.lineCount == pieces.lineCount, "the lines are those of the text, however it comes")
        require(whole.maps.count == pieces.maps.count, "the maps are those of the text, however it comes")
        for (one, other) in zip(whole.maps, pieces.maps) {
            require(one.rows == other.rows && one.kind == other.kind, "the rows are those of the text, however it comes")
        }
        for map in whole.maps {
            for row in map.rows { require(row.line >= 1 && row.line <= whole.lineCount, "a row is on a line of the text") }
            checkPromises(of: map)
        }
    }

    private static func read(_ input: Span<UInt8>, inPiecesOf length: Int) -> MapCollection {
        do throws(MapReadError) {
            var reader = MapReader()
            var cursor = 0
            while cursor < input.count {
                let end = min(cursor + length, input.count)
                try reader.read(input.extracting(cursor..<end))
                cursor = end
            }
            return try reader.finish()
        } catch {
            fatalError("violated: a short text has few rows and few lines")
        }
    }
}
