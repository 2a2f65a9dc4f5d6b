import Foundation
import PageReplacement
import PagingSimulation
import Testing

/// Fault counts of real traces that other simulators agree on.
@Suite("Real traces", .enabled(if: TraceFolder.path != nil, "no traces beside the checkout; set STRATA_PAGE_TRACES"))
struct RealTraceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var trace: String
        var frames: Int
        var references: Int
        var pages: Int
        var faults: [ReplacementPolicyKind: UInt64]

        init(
            _ trace: String, _ references: Int, _ pages: Int, frames: Int, fifo: UInt64, lru: UInt64, clock: UInt64,
            optimal: UInt64, twoQueue: UInt64, sieve: UInt64
        ) {
            (self.trace, self.references, self.pages, self.frames) = (trace, references, pages, frames)
            faults = [.fifo: fifo, .lru: lru, .clock: clock, .optimal: optimal, .twoQueue: twoQueue, .sieve: sieve]
        }

        var testDescription: String { "\(trace), \(frames) frames" }
    }

    static let rows = [
        Row(
            "gcc.trace", 515_683, 294, frames: 16, fifo: 8568, lru: 6172, clock: 6517, optimal: 3020, twoQueue: 6440, sieve: 5635),
        Row("gcc.trace", 515_683, 294, frames: 64, fifo: 551, lru: 409, clock: 412, optimal: 318, twoQueue: 478, sieve: 409),
        Row("twolf.trace", 482_824, 89, frames: 16, fifo: 2389, lru: 1029, clock: 1207, optimal: 574, twoQueue: 1240, sieve: 968),
        Row("twolf.trace", 482_824, 89, frames: 32, fifo: 246, lru: 133, clock: 141, optimal: 93, twoQueue: 161, sieve: 122),
        Row(
            "lirs_ps", 10_448, 3_083, frames: 1_500, fifo: 5376, lru: 4954, clock: 4954, optimal: 3083, twoQueue: 4252,
            sieve: 4953),
        Row(
            "lirs_cs", 6_781, 1_409, frames: 1_000, fifo: 6657, lru: 6657, clock: 6657, optimal: 2657, twoQueue: 4112, sieve: 6657
        ),
        Row(
            "lirs_gli", 6_015, 2_529, frames: 1_500, fifo: 4354, lru: 3816, clock: 3818, optimal: 2529, twoQueue: 3845,
            sieve: 2896),
        Row(
            "lirs_multi3", 30_241, 7_454, frames: 2_000, fifo: 18249, lru: 16756, clock: 16289, optimal: 9441, twoQueue: 14480,
            sieve: 16120),
        Row(
            "lirs_2_pools", 100_000, 9_939, frames: 450, fifo: 58480, lru: 49726, clock: 48791, optimal: 37956, twoQueue: 48528,
            sieve: 48400),
        Row(
            "lirs_loop", 505_500, 1_011, frames: 1_000, fifo: 505_500, lru: 505_500, clock: 505_500, optimal: 6500,
            twoQueue: 13592, sieve: 505_500),
    ]

    @Test(arguments: rows)
    func faultsAreExact(_ row: Row) throws {
        let trace = try TraceFolder.trace(row.trace)
        #expect(trace.pages.count == row.references)
        #expect(trace.population == row.pages)
        for (kind, faults) in row.faults {
            let counts = PagingRun.counts(
                kind, pages: trace.pages, writes: trace.writes, population: trace.population, frames: row.frames,
                backing: trace.backing)
            #expect(counts.faults == faults, "\(kind.name)")
        }
    }
}

/// Where the traces lie, packed by gzip.
enum TraceFolder {
    static let path: String? = {
        if let path = ProcessInfo.processInfo.environment["STRATA_PAGE_TRACES"] { return path }
        var parent = URL(fileURLWithPath: #filePath)
        while parent.path != "/" {
            parent.deleteLastPathComponent()
            let folder = parent.appendingPathComponent("shared/data/page-traces").path
            if FileManager.default.fileExists(atPath: folder) { return folder }
        }
        return nil
    }()

    static func trace(_ name: String) throws -> PageTrace {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", "\(path ?? "")/\(name).gz"]
        let output = Pipe()
        gzip.standardOutput = output
        try gzip.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        gzip.waitUntilExit()
        var reader = PageTraceReader()
        try reader.read(bytes.span)
        return try reader.finish()
    }
}
