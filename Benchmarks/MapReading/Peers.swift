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

    /// The times of the middle one of three runs (of the only one of jq, which takes long), and the number that the program
    /// printed; nil where it is not installed.
    static func time(
        _ program: String, _ arguments: [String]
    ) async throws -> (time: (wall: Double, processor: Double), count: Int)? {
        var runs: [(time: (wall: Double, processor: Double), count: Int)] = []
        for _ in 0..<(program == "jq" ? 1 : 3) {
            let clock = ContinuousClock()
            let (start, processor) = (clock.now, ProcessorTime.children)
            guard
                let result = try? await run(
                    .name(program), arguments: Arguments(arguments), output: .string(limit: 4_096), error: .string(limit: 4_096))
            else { return nil }
            let duration = start.duration(to: clock.now)
            let wall = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
            runs.append(((wall, ProcessorTime.children - processor), Int(result.standardOutput.filter(\.isNumber)) ?? 0))
        }
        runs.sort { $0.time.processor < $1.time.processor }
        return runs[runs.count / 2]
    }
}
