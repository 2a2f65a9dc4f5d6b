import ArgumentParser
import MachineRunner

extension ExitCode {
    /// Tells on the standard error why the command ends with a status; names in it cannot steer the terminal.
    static func telling(_ message: String, status: Int32) -> ExitCode {
        Output.error.line("strata: \(TerminalText.harmless(message))")
        return ExitCode(status)
    }
}
