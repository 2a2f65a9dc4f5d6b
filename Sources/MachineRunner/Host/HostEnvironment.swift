import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is looked up in the host: variables and starting points of searches.
///
/// A value and no global state, so that tests can put other places in.
public struct HostEnvironment: Sendable {
    /// The environment variables.
    public var variables: [String: String]

    /// The directory against which relative paths are taken.
    public var currentDirectory: FilePath

    /// The directory of the running program, nil where it is not known.
    public var executableDirectory: FilePath?

    public init(variables: [String: String], currentDirectory: FilePath, executableDirectory: FilePath?) {
        self.variables = variables
        self.currentDirectory = currentDirectory
        self.executableDirectory = executableDirectory
    }

    /// The environment of this process.
    public static var current: HostEnvironment {
        let program = CommandLine.arguments.first.map { FilePath($0) }
        let here = FilePath(FileManager.default.currentDirectoryPath)
        #if os(Linux)
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let executable = link.map { FilePath($0) } ?? program.map { here.pushing($0) }
        #else
            let executable = program.map { here.pushing($0) }
        #endif
        return HostEnvironment(
            variables: ProcessInfo.processInfo.environment,
            currentDirectory: here,
            executableDirectory: executable?.removingLastComponent())
    }

    /// A variable's value; an empty one counts as unset.
    public func variable(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    /// `path` as an absolute path without `.` and `..`.
    public func absolute(_ path: FilePath) -> FilePath {
        currentDirectory.pushing(path).lexicallyNormalized()
    }
}
