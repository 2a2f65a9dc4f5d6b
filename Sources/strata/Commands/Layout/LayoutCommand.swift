import ArgumentParser

/// `strata layout`: where everything lies in a guest's physical memory.
struct LayoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layout",
        abstract: "Plans and checks a guest's physical memory.",
        subcommands: [LayoutX86Command.self, LayoutAArch64Command.self, LayoutDiffCommand.self])

    /// What both architectures' commands say about exit statuses.
    static let statuses = """
        EXIT STATUS
          0   the layout is sound
          1   refused: the reason and the least change that helps are on the standard error
          2   with --boot: the guest does not report what was planned
          64  wrong arguments
          65  the guest's contents do not fit their places
          66  a file cannot be read, or is no kernel
          69  with --boot: QEMU is not installed
          70  with --boot: QEMU fails
          73  a file cannot be written
        """
}
