import ArgumentParser

/// `strata simulate`: what a machine would do, without one.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulates parts of a machine's memory system.",
        subcommands: [SimulatePagingCommand.self])
}
