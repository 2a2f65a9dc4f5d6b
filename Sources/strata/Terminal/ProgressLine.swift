/// One line on the terminal that is overwritten while work goes on; nothing where lines cannot be overwritten.
struct ProgressLine: Sendable {
    private let terminal: Terminal

    init(_ terminal: Terminal) { self.terminal = terminal }

    func show(_ text: String) {
        guard terminal.canRedraw else { return }
        Output.error.write("\r\u{1B}[K" + text.prefix(terminal.width - 1))
    }

    func clear() {
        guard terminal.canRedraw else { return }
        Output.error.write("\r\u{1B}[K")
    }
}
