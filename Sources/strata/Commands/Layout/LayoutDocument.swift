import GuestImage
import GuestLayout
import MachineRunner
import MemoryMap
import MemoryReport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The JSON document of `strata layout … --json`, which `strata layout diff` reads.
///
/// | Key                   | Value                                                                            |
/// | --------------------- | -------------------------------------------------------------------------------- |
/// | `format`              | `"strata-layout"`                                                                |
/// | `version`             | 1; grows when a key changes its meaning or goes                                  |
/// | `architecture`        | `"x86_64"` or `"aarch64"`                                                        |
/// | `profile`             | `"crosvm"` or `"crosvm-seed"`                                                    |
/// | `memoryBytes`         | the RAM asked for                                                                |
/// | `physicalAddressBits` | 32 to 52                                                                         |
/// | `addressSpace`        | for each part `owner`, `number`, `start`, `last`                                 |
/// | `contents`            | the same for what lies in memory at the start                                    |
/// | `windows`             | the same for ranges that are kept for a kind                                     |
/// | `regions`             | memory of the host: `start`, `bytes`, `purpose`                                  |
/// | `e820`                | x86-64: `start`, `bytes`, `type`, in the order of the zero page                  |
/// | `uncached`            | x86-64: variable MTRRs, `start`, `bytes`                                         |
/// | `entry`               | `mode`, `programCounter`, `stackPointer`, `argument`                             |
/// | `remarks`             | what is wrong on paper only, as text                                             |
/// | `boot`                | with `--boot`: `ending`, `seconds`, `checks` of `subject`, `planned`, `reported`, `agrees` |
/// | `error`               | instead of all that: `problem` and `cure`, as text                               |
///
/// Addresses are strings `"0x…"`.
struct LayoutDocument: JSONDocument, Codable, Equatable {
    struct Range: Codable, Hashable {
        var owner: String
        var number: UInt8
        var start: String
        var last: String
    }

    struct Stretch: Codable, Hashable {
        var start: String
        var bytes: UInt64
        var purpose: String?
        var type: UInt32?
    }

    struct Entry: Codable, Hashable {
        var mode: String
        var programCounter: String
        var stackPointer: String
        var argument: String
    }

    struct Check: Codable, Hashable {
        var subject: String
        var planned: String
        var reported: String
        var agrees: Bool
    }

    struct Boot: Codable, Hashable {
        var ending: String
        var seconds: Double
        var checks: [Check]

        init(_ outcome: LayoutTrialOutcome) {
            ending =
                switch outcome.run.ending {
                case .poweredOff: "poweredOff"
                case .reset: "reset"
                case .lastWords: "lastWords"
                case .timeLimit: "timeLimit"
                case .other(let reason): reason
                }
            seconds = outcome.run.duration / .seconds(1)
            checks = outcome.checks.map {
                Check(subject: $0.subject, planned: $0.planned, reported: $0.reported, agrees: $0.agrees)
            }
        }
    }

    struct Failure: Codable, Hashable {
        var problem: String
        var cure: String?
    }

    var format = "strata-layout"
    var version = 1
    var architecture: String?
    var profile: String?
    var memoryBytes: UInt64?
    var physicalAddressBits: UInt8?
    var addressSpace: [Range] = []
    var contents: [Range] = []
    var windows: [Range] = []
    var regions: [Stretch] = []
    var e820: [Stretch] = []
    var uncached: [Stretch] = []
    var entry: Entry?
    var remarks: [String] = []
    var boot: Boot?
    var error: Failure?

    init(_ plan: LayoutPlan) {
        func ranges(_ list: [LayoutRange]) -> [Range] {
            list.map {
                Range(
                    owner: "\($0.owner.kind.identifier)", number: $0.owner.index,
                    start: HexadecimalText.text($0.start.rawValue), last: HexadecimalText.text($0.last.rawValue))
            }
        }
        architecture = "\(plan.architecture.name)"
        profile = "\(plan.profile.name)"
        memoryBytes = plan.memoryByteCount
        physicalAddressBits = plan.physicalAddressBits
        addressSpace = ranges(plan.addressSpace.array)
        contents = ranges(plan.contents.array)
        windows = ranges(plan.windows.array)
        regions = plan.regions.array.map {
            Stretch(start: HexadecimalText.text($0.start.rawValue), bytes: $0.byteCount, purpose: "\($0.purpose.name)")
        }
        e820 = plan.e820.array.map {
            Stretch(start: HexadecimalText.text($0.start.rawValue), bytes: $0.byteCount, type: $0.kind.rawValue)
        }
        uncached = plan.uncached.array.map { Stretch(start: HexadecimalText.text($0.start.rawValue), bytes: $0.byteCount) }
        entry = plan.entry.map {
            Entry(
                mode: "\($0.mode)", programCounter: HexadecimalText.text($0.programCounter.rawValue),
                stackPointer: HexadecimalText.text($0.stackPointer.rawValue), argument: HexadecimalText.text($0.argument.rawValue)
            )
        }
        var found: [String] = []
        plan.findProblems { problem, isHarmless in
            if isHarmless { found.append(problem.explanation) }
            return true
        }
        remarks = found
    }

    private init(error: Failure) { self.error = error }

    static func refusal(_ refusal: LayoutRefusal) -> String {
        LayoutDocument(error: Failure(problem: refusal.problem.explanation, cure: refusal.cure?.explanation)).text()
    }

    /// A document that some program wrote.
    init(json bytes: [UInt8], name: String) throws(LayoutFailure) {
        do {
            self = try JSONDecoder().decode(LayoutDocument.self, from: Data(bytes))
        } catch {
            throw LayoutFailure(message: "\(name): no layout: write one with strata layout … --json", status: 66)
        }
        guard format == "strata-layout", version == 1 else {
            throw LayoutFailure(message: "\(name): format \(format) \(version), strata-layout 1 is understood", status: 66)
        }
        if let error { throw LayoutFailure(message: "\(name): a refused layout: \(error.problem)", status: 66) }
    }
}
