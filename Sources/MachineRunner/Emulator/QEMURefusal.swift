/// Reads from QEMU's last words which of the user's options it did not take.
enum QEMURefusal {
    /// The error for a QEMU that ended before the machine ran, or nil where its words name no option.
    static func error(for words: String, in shape: MachineShape) -> MachineError? {
        let lowercased = words.lowercased()
        let message = firstMessage(in: words)
        if ["smp", "max cpus", "cpu topology"].contains(where: lowercased.contains) {
            return .optionRefused(
                option: "--cpus", value: String(shape.processors), words: message,
                accepted: "processors from 1 up to the number that QEMU names; 1 suffices for every boot")
        }
        if ["guest memory", "ram size", "memory size", "maxram", "-m ", "ram slots", "pc.ram", "'m'", "phys-bits"].contains(
            where: lowercased.contains)
        {
            return .optionRefused(
                option: "--memory", value: shape.memory.description, words: message,
                accepted: "whole mebibytes from 64M up to what machine and computer can bear, such as 512M or 8G")
        }
        return nil
    }

    /// Whether QEMU ended because it has no machine of a name.
    static func isUnknownMachine(_ words: String) -> Bool { words.contains("unsupported machine type") }

    /// The first line that is no warning, without the program's name.
    static func firstMessage(in words: String) -> String {
        let lines = words.split(whereSeparator: \.isNewline).map { TerminalText.harmless(String($0)) }
        let line = lines.first { !$0.contains("warning:") } ?? lines.first ?? ""
        guard let colon = line.firstRange(of: ": "), line[..<colon.lowerBound].contains("qemu") else { return line }
        return String(line[colon.upperBound...])
    }
}
