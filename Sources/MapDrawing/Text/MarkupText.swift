/// Text from outside on its way into a picture or a page.
package enum MarkupText {
    /// `text` without what could change how the text around it is read: control characters, marks that turn the direction of
    /// writing, and what no XML document may hold become the replacement character.
    static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(isPlain(scalar) ? scalar : "\u{FFFD}") }
        return String(result)
    }

    /// `text` for the inside of an element or of a quoted attribute, in XML and in HTML.
    package static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            // Between lines that are put together here; in what comes from outside `plain(_:)` has left none.
            case "\n": result.append(scalar)
            default: result.append(isPlain(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return String(result)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: false
        // Marks and overrides of direction, and the separators that end a line of a script.
        case 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: false
        case 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
