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
            input: .inputWriter, output: .string(limit: 1 << 22), error: .string(limit: 1 << 20)
        ) { try await $0.standardInputWriter.offer(input) }
        guard case .exited(let status) = result.terminationStatus else {
            Issue.record("\(result.terminationStatus)")
            return Outcome(status: -1, output: "", errors: "")
        }
        return Outcome(status: status, output: result.standardOutput, errors: result.standardError)
    }
}

extension StandardInputWriter {
    /// Makes writing to a program that has ended an error, where it would end the tests otherwise.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Writes all of `text` and ends the input. A program may have ended without reading it, as those do that refuse their
    /// arguments, and on a busy host has done so before anything is written.
    func offer(_ text: String) async throws {
        Self.ignoreBrokenPipes
        do {
            _ = try await write(text)
        } catch {
            // The outcome of a program that has ended tells what it made of that.
            guard error.underlyingError == .brokenPipe else { throw error }
        }
        try await finish()
    }
}
