#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What an output can show.
struct Terminal: Sendable {
    enum Colors: Sendable {
        case none
        case palette256
        case full
    }

    /// Whether a person looks at it as it comes.
    let isInteractive: Bool

    /// Whether lines can be overwritten.
    let canRedraw: Bool

    let colors: Colors

    /// Whether it shows more than ASCII.
    let isUnicode: Bool

    /// The number of columns.
    let width: Int

    /// The abilities of an open file, read from the file and the environment.
    init(fileDescriptor: Int32, environment: [String: String]) {
        let isTerminal = isatty(fileDescriptor) == 1
        let kind = environment["TERM"] ?? ""
        let isDumb = kind.isEmpty || kind == "dumb"
        let wantsNoColor = !(environment["NO_COLOR"] ?? "").isEmpty
        isInteractive = isTerminal
        canRedraw = isTerminal && !isDumb
        if !isTerminal || isDumb || wantsNoColor {
            colors = .none
        } else {
            colors = ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "") ? .full : .palette256
        }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        isUnicode = locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
        let columns = Self.columns(of: fileDescriptor) ?? environment["COLUMNS"].flatMap(Int.init) ?? 0
        width = columns < 40 ? (columns > 0 ? 40 : 80) : min(columns, 200)
    }

    private static func columns(of fileDescriptor: Int32) -> Int? {
        var size = winsize()
        // The system fills in the structure that it is given for this request.
        guard unsafe ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
