/// A small strict reader of markup: enough of XML to say what is wrong with a document, and of HTML to read a page's frame.
struct XMLChecker {
    struct Element: Equatable {
        var name: String
        var attributes: [String: String]
    }

    private(set) var elements: [Element] = []

    /// All text between tags, character references resolved.
    private(set) var text = ""

    private var rest: Substring
    private var open: [String] = []
    private let isHTML: Bool

    private struct Problem: Error {
        var text: String
    }

    /// What is wrong with `document`, nil where nothing is.
    static func problem(in document: String, isHTML: Bool = false) -> String? {
        var checker = XMLChecker(document, isHTML: isHTML)
        return checker.read()
    }

    init(_ document: String, isHTML: Bool = false) {
        rest = document[...]
        self.isHTML = isHTML
    }

    /// Reads the document.
    ///
    /// - Returns: What is wrong with it.
    mutating func read() -> String? {
        do throws(Problem) {
            if isHTML { try take("<!doctype html>") }
            while !rest.isEmpty { try readPiece() }
            guard open.isEmpty else { throw Problem(text: "\(open) is open at the end") }
            return nil
        } catch {
            return "\(error.text) before: \(rest.prefix(80))"
        }
    }

    private mutating func readPiece() throws(Problem) {
        guard rest.first == "<" else {
            let piece = rest.prefix { $0 != "<" }
            rest = rest.dropFirst(piece.count)
            text += try resolved(piece)
            return
        }
        if rest.hasPrefix("</") {
            rest = rest.dropFirst(2)
            let name = String(takeName())
            guard open.popLast() == name else { throw Problem(text: "</\(name)> closes what is not open") }
            return try take(">")
        }
        try readElement()
    }

    private mutating func readElement() throws(Problem) {
        rest = rest.dropFirst()
        let name = String(takeName())
        guard !name.isEmpty else { throw Problem(text: "an element without a name") }
        var attributes: [String: String] = [:]
        while true {
            let blanks = rest.prefix { $0 == " " || $0 == "\n" }
            rest = rest.dropFirst(blanks.count)
            if rest.hasPrefix("/>") || rest.hasPrefix(">") { break }
            guard !blanks.isEmpty else { throw Problem(text: "no blank before an attribute of <\(name)>") }
            let key = String(takeName())
            guard !key.isEmpty, attributes[key] == nil else { throw Problem(text: "attribute \(key) of <\(name)>") }
            if isHTML, rest.first != "=" {
                attributes[key] = ""
                continue
            }
            try take("=\"")
            let value = rest.prefix { $0 != "\"" && $0 != "<" }
            rest = rest.dropFirst(value.count)
            try take("\"")
            attributes[key] = try resolved(value)
        }
        elements.append(Element(name: name, attributes: attributes))
        if rest.hasPrefix("/>") {
            rest = rest.dropFirst(2)
            return
        }
        try take(">")
        if isHTML, ["meta", "input"].contains(name) { return }
        if isHTML, ["style", "script"].contains(name) {
            // Their text ends at the first end tag, whatever is in it.
            while !rest.isEmpty, !rest.hasPrefix("</") { rest = rest.dropFirst() }
            try take("</\(name)>")
            return
        }
        open.append(name)
    }

    private mutating func takeName() -> Substring {
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" }
        rest = rest.dropFirst(name.count)
        return name
    }

    private mutating func take(_ text: String) throws(Problem) {
        guard rest.hasPrefix(text) else { throw Problem(text: "\(text) is missing") }
        rest = rest.dropFirst(text.count)
    }

    private func resolved(_ text: Substring) throws(Problem) -> String {
        var result = ""
        var rest = text
        while let first = rest.first {
            guard first == "&" else {
                let isControl = first.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }
                guard !isControl else { throw Problem(text: "a control character") }
                result.append(first)
                rest = rest.dropFirst()
                continue
            }
            let references = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
            guard let reference = references.first(where: { rest.hasPrefix($0.key) }) else {
                throw Problem(text: "an unknown reference \(rest.prefix(8))")
            }
            result += reference.value
            rest = rest.dropFirst(reference.key.count)
        }
        return result
    }
}
