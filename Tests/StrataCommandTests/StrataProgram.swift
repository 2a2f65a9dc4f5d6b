import Foundation
import Subprocess
import SystemPackage
import Testing

/// The `strata` program, run as users run it.
enum StrataProgram {
    /// How a run ended, and what it printed.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The program lies beside the tests.
    static var path: FilePath {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return FilePath(tests).removingLastComponent().appending("strata")
    }

    /// Runs the program to its end; one that a signal ended is an issue of the test.
    static func outcome(
        of arguments: [String], input: String = "", environment: Environment = .inherit, folder: FilePath? = nil
    ) async throws -> Outcome {
        let result = try await run(
            .path(path), arguments: Arguments(arguments), environment: environment, workingDirectory: folder,
            input: .string(input), output: .string(limit: 1 << 22), error: .string(limit: 1 << 20))
        guard case .exited(let status) = result.terminationStatus else {
            Issue.record("\(result.terminationStatus)")
            return Outcome(status: -1, output: "", errors: "")
        }
        return Outcome(status: status, output: result.standardOutput, errors: result.standardError)
    }
}
