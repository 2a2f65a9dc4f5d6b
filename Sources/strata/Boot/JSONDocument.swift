#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One of the JSON documents that commands print with `--json`.
protocol JSONDocument: Encodable {}

extension JSONDocument {
    /// The document's text, keys in the order of the alphabet, without a line's end.
    func text() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            // Only a number that JSON cannot express could lead here, and there is none in the documents.
            preconditionFailure("the document consists of JSON values")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
