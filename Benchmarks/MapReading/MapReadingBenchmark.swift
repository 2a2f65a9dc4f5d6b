import BenchmarkHarness
import HostFiles
import MapFormats
import MemoryMap
import Subprocess
import SystemPackage

/// How fast maps are read, beside grep, a parser in Python and jq: swift run -c release MapReadingBenchmark [FOLDER]
///
/// FOLDER holds real logs; without it those figures are left out. Rates are those of processor time, which others' work on the same
/// machine hardly changes.
@main
enum MapReadingBenchmark {
    static func main() async throws {
        Stopwatch.pin()
        let noise = Texts.noise(bytes: 256 << 20)
        let rows = Texts.rows(1_000_000)
        let corpus = CommandLine.arguments.dropFirst().first.map(Texts.corpus) ?? []
        var table = BenchmarkTable(
            "Reading maps", columns: ["text", "size", "reader", "time", "CPU time", "GB/s", "rows", "M rows/s"])
        for (name, texts) in [("no row in any line", [noise]), ("a row in every line", [rows]), ("real logs", corpus)]
        where !texts.isEmpty {
            let bytes = texts.reduce(0) { $0 + $1.count }
            var found = 0
            var processor: [Double] = []
            var started = 0.0
            let strata = Stopwatch.measure(operations: 1, samples: 7, prepare: { started = ProcessorTime.own }) {
                found = texts.reduce(0) { $0 + read($1) }
                processor.append((ProcessorTime.own - started) * 1e9)
            }
            let own = (strata.median / 1e9, Measurement(samples: processor).median / 1e9)
            table.add(row(name, bytes, "strata", own, found))
            // For profiles: only what is Strata's.
            if CommandLine.arguments.last == "--own" { continue }
            let file = FilePath("/tmp/map-reading-\(getProcessID()).txt")
            try OutputFile.replace(file, with: texts.reduce(into: [UInt8]()) { $0 += $1 })
            for (program, arguments) in peers(file) {
                guard let (time, count) = try await time(program, arguments) else { continue }
                table.add(
                    row(
                        name, bytes, arguments.first.map { program == "grep" ? "grep \($0)" : program } ?? program, time, count
                    ))
            }
            try? FileDescriptor.remove(file)
        }
        print(table.markdown)
    }

    private static func row(
        _ name: String, _ bytes: Int, _ reader: String, _ time: (wall: Double, processor: Double), _ rows: Int
    ) -> [String] {
        [
            name, "\(BenchmarkTable.figure(Double(bytes) / 1e6)) MB", reader, BenchmarkTable.time(time.wall * 1e9),
            BenchmarkTable.time(time.processor * 1e9),
            BenchmarkTable.figure(Double(bytes) / time.processor / 1e9), "\(rows)",
            rows > 0 ? BenchmarkTable.figure(Double(rows) / time.processor / 1e6) : "",
        ]
    }

    private static func read(_ text: [UInt8]) -> Int {
        do throws(MapReadError) {
            var reader = MapReader()
            var start = 0
            // Pieces as they come from a file.
            while start < text.count {
                let end = min(start + 262_144, text.count)
                try reader.read(text.span.extracting(start..<end))
                start = end
            }
            return try reader.finish().rowCount
        } catch {
            return -1
        }
    }
}
