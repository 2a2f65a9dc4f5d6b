import BenchmarkHarness
import Subprocess
import SystemPackage

/// The same loops under Wine: a program of Windows's that Scripts/wine-benchmark builds from them.
struct Wine: Sendable {
    /// What Wine says of itself, like `wine-8.0 (Debian 8.0~repack-4)`.
    let version: String
    private let program: String

    /// Nil where no program is given, there is no Wine, or the program does not run in it.
    init?(program: String?) async {
        guard let program, let version = await Wine.output(["--version"], limit: 200)?.split(separator: "\n").first else {
            return nil
        }
        self.program = program
        self.version = String(version)
        guard await samples("reserve", 1, rounds: 1) != nil else { return nil }
    }

    /// Nanoseconds an operation of a row, by sample; nil where Wine cannot do it.
    func samples(_ row: String, _ count: Int, rounds: Int, exponent: Int32 = 0) async -> [Double]? {
        await figures([row, "\(count)", "\(rounds)", "\(exponent)"])
    }

    /// Reserve, query at random, walk, past the holes, release; nil where Wine cannot have as many reservations.
    func many(_ count: Int32) async -> [Double]? {
        await figures(["many", "\(count)"]).flatMap { $0.count == 5 ? $0 : nil }
    }

    private func figures(_ arguments: [String]) async -> [Double]? {
        guard let text = await Wine.output([program] + arguments, limit: 1 << 16) else { return nil }
        // Windows ends its lines with two characters.
        let figures = text.split(whereSeparator: \.isNewline).compactMap { Double($0) }
        return figures.isEmpty ? nil : figures
    }

    private static func output(_ arguments: [String], limit: Int) async -> String? {
        let result = try? await run(
            .path("/usr/bin/timeout"), arguments: Arguments(["120", "wine"] + arguments),
            environment: .inherit.updating(["WINEDEBUG": "-all"]), output: .string(limit: limit), error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput
    }
}
