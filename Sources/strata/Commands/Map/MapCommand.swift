import ArgumentParser

/// `strata map`: any machine's memory map, from a log, a dump, the machine at hand or one in QEMU.
struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Reads, checks, compares, draws and converts any machine's memory map.",
        discussion: """
            A SOURCE is a file or `-` for the standard input: a kernel's or a firmware's log, a shell's output, a binary table. \
            What it holds is found out by looking at it. Files packed by gzip are unpacked.
            """,
        subcommands: [
            MapShowCommand.self, MapCheckCommand.self, MapDiffCommand.self, MapDrawCommand.self, MapConvertCommand.self,
        ],
        defaultSubcommand: MapShowCommand.self)
}
