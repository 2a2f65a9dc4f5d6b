import MachineRunner

/// A failure for people: what, where, and what to do.
struct FailurePrinter {
    let error: MachineError
    let style: Style

    func text() -> String {
        var text = style.bad("error:") + " " + TerminalText.harmless(error.description) + "\n"
        text += details()
        if !error.lastLines.isEmpty {
            text += "\n  " + style.heading("The last lines of the serial log") + "\n"
            text += error.lastLines.map { style.faint("    \($0)") + "\n" }.joined()
        }
        if case .timedOut = error, error.lastLines.isEmpty { text += "  Nothing came on the serial line.\n" }
        if let advice = error.advice { text += "\n  " + style.heading("What to do:") + " \(advice)\n" }
        return text
    }

    private func details() -> String {
        switch error {
        case .kernelFault(let fault): registers(of: fault)
        case .inconsistentReport(let differences): table(of: differences)
        case .malformedEvents(let problems):
            problems.prefix(10).map { "  line \($0.line): \(TerminalText.harmless($0.error.description))\n" }.joined()
                + (problems.count > 10 ? "  and \(problems.count - 10) more\n" : "")
        default: ""
        }
    }

    private func registers(of fault: KernelFault) -> String {
        var text = "\n  vector \(fault.vector), error code \(fault.code), instruction \(fault.instruction)"
        text += (fault.address.map { ", address \($0)" } ?? "") + "\n\n"
        let names = fault.registers.keys.sorted { RegisterOrder.key($0) < RegisterOrder.key($1) }
        let nameWidth = min(names.map(\.count).max() ?? 0, 12)
        let width = nameWidth + 21
        let perRow = max((style.terminal.width - 2) / width, 1)
        for (index, name) in names.enumerated() {
            let label = String(TerminalText.harmless(name).prefix(12)).padded(left: nameWidth)
            let value = String(fault.registers[name]?.rawValue ?? 0, radix: 16)
            let padded = String(repeating: "0", count: 16 - value.count) + value
            text += "  \(style.faint(label)) \(padded)" + (index % perRow == perRow - 1 || index == names.count - 1 ? "\n" : "  ")
        }
        return text
    }

    private func table(of differences: [ReportDifference]) -> String {
        var text = ""
        for difference in differences.prefix(20) {
            text += "  \(difference.field): "
            switch (difference.kernel, difference.computed) {
            case (let kernel?, let computed?): text += "the kernel says \(kernel), its map says \(computed)"
            case (let kernel?, nil): text += "the kernel says \(kernel), where nothing belongs"
            case (nil, let computed?): text += computed
            case (nil, nil): text += "the kernel did not send it"
            }
            text += "\n"
        }
        if differences.count > 20 { text += "  and \(differences.count - 20) more\n" }
        return TerminalText.keepingLines(text)
    }
}

/// Registers in the order in which processor manuals list them: letters first, numbers by value.
private enum RegisterOrder {
    static func key(_ name: String) -> (Int, String, Int) {
        let order = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"]
        if let place = order.firstIndex(of: name.lowercased()) { return (0, "", place) }
        let letters = name.prefix { !$0.isNumber }
        let number = Int(name.dropFirst(letters.count)) ?? 0
        return (letters.count == 1 ? 1 : 2, String(letters), number)
    }
}

extension TerminalText {
    /// `harmless` for each line of a text of several.
    static func keepingLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { harmless(String($0)) }.joined(separator: "\n")
    }
}
