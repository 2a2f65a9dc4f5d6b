import BenchmarkHarness
import Subprocess
import SystemPackage

extension MapReadingBenchmark {
    /// The programs that look for the same rows; each prints how many lines it found.
    static func peers(_ file: FilePath) -> [(String, [String])] {
        let script = FilePath(#filePath).removingLastComponent().appending("e820_parser.py").string
        let pattern = #"BIOS-e820: \[mem 0x[0-9a-f]+-0x[0-9a-f]+\]"#
        return [
            ("grep", ["-cE", pattern, file.string]),
            ("python3", [script, file.string]),
            ("jq", ["-Rn", "[inputs | select(test(\"BIOS-e820: .mem 0x[0-9a-f]+-0x[0-9a-f]+\"))] | length", file.string]),
        ]
    }

    /// The time of the middle one of three runs, and the number that the program printed; nil where it is not installed.
    static func time(_ program: String, _ arguments: [String]) async throws -> (seconds: Double, count: Int)? {
        var runs: [(Double, Int)] = []
        for _ in 0..<3 {
            let clock = ContinuousClock()
            let start = clock.now
            guard
                let result = try? await run(
                    .name(program), arguments: Arguments(arguments), output: .string(limit: 4_096), error: .string(limit: 4_096))
            else { return nil }
            let duration = start.duration(to: clock.now)
            let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
            runs.append((seconds, Int(result.standardOutput.filter(\.isNumber)) ?? 0))
        }
        runs.sort { $0.0 < $1.0 }
        return runs[1]
    }
}
