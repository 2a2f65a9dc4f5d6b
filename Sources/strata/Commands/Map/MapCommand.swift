import ArgumentParser

/// `strata map`: the memory maps of any machine.
struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Reads and draws memory maps.",
        subcommands: [MapDrawCommand.self])
}
