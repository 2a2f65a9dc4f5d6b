import ArgumentParser

/// `strata`: the memory of a machine from power-on to the kernel.
@main
struct StrataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strata",
        abstract: "Shows a machine's memory from power-on to the kernel.",
        version: "0.1.0",
        subcommands: [BootCommand.self, LayoutCommand.self, MapCommand.self, SimulateCommand.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // Programs that asked for a JSON document get it for a mistake in the arguments too; those of `map` read lines.
            if CommandLine.arguments.dropFirst().first != "map", CommandLine.arguments.contains("--json"),
                exitCode(for: error) == .validationFailure
            {
                print(BootDocument.usageFailure(message(for: error)))
                exit(withError: ExitCode.validationFailure)
            }
            exit(withError: error)
        }
    }
}
