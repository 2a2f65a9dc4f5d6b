import ArgumentParser
import SystemPackage

/// A standard output that is written to at once and in whole pieces.
struct Output: Sendable {
    static let standard = Output(file: .standardOutput)
    static let error = Output(file: .standardError)

    private let file: FileDescriptor

    /// Writes all of `text`. An output that nobody reads any more is no reason to stop: the machine is brought to its end.
    func write(_ text: String) {
        _ = try? file.writeAll(text.utf8)
    }

    /// Writes all of `bytes`, which need be no text.
    func write(bytes: [UInt8]) {
        _ = try? file.writeAll(bytes)
    }

    /// Writes all of `bytes`, which are what the program was run for.
    ///
    /// A reader that has seen enough is no failure; a full disk is one.
    ///
    /// - Throws: `ExitCode` 74 after telling why on the standard error.
    func deliver(_ bytes: some Sequence<UInt8>) throws {
        do {
            _ = try file.writeAll(bytes)
        } catch Errno.brokenPipe {
            return
        } catch {
            Output.error.line("strata: the standard output cannot be written: \(error)")
            throw ExitCode(74)
        }
    }

    func line(_ text: String = "") { write(text + "\n") }
}
