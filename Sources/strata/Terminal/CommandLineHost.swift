import MachineRunner

/// The two outputs of a command as this process finds them.
struct CommandLineHost: Sendable {
    static let current = CommandLineHost()

    let screen: Terminal
    let errorScreen: Terminal

    private init() {
        let variables = HostEnvironment.current.variables
        screen = Terminal(fileDescriptor: 1, environment: variables)
        errorScreen = Terminal(fileDescriptor: 2, environment: variables)
    }
}
