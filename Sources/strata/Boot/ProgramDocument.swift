import MachineRunner

/// The JSON document of `strata boot --run --json` and its kin.
///
/// | Key          | Value                                                                                                  |
/// | ------------ | ------------------------------------------------------------------------------------------------------ |
/// | `format`     | `"strata-program"`                                                                                     |
/// | `version`    | 1; grows when a key changes its meaning or goes                                                        |
/// | `result`     | `"finished"` or `"failed"`                                                                             |
/// | `exitStatus` | the command's exit status                                                                              |
/// | `guard`      | what the Guard said: `start`, `configuration`, `arena`, `program`, `end`, `services`, `memory`, `benchmark`, `selfTest` |
/// | `map`        | the last memory map: `descriptorSize`, `descriptorVersion`, `byteCount`, and `regions` with `start`, `pages`, `type`, `name`, `attributes` |
/// | `machine`    | how it `ended`, its `seconds`, and QEMU's `commandLine`                                                |
/// | `console`    | the lines of text since the program was loaded                                                         |
/// | `error`      | after a failure: `kind`, `message`, `advice`, `lastLines`                                              |
struct ProgramDocument: JSONDocument {
    struct Guard: Encodable {
        var start: LoaderStart
        var configuration: GuardSettings
        var arena: GuardArena?
        var program: GuardedProgram?
        var end: ProgramEnd?
        var services: [ServiceUse]?
        var memory: GuardMemoryUse?
        var benchmark: [GuardBenchmarkRow]?
        var selfTest: GuardSelfTest?
    }

    struct Region: Encodable {
        var start: HexadecimalWord
        var pages: UInt64
        var type: UInt32
        var name: String
        var attributes: HexadecimalWord
    }

    struct Map: Encodable {
        var descriptorSize: UInt64
        var descriptorVersion: UInt64
        var byteCount: UInt64
        var regions: [Region]
    }

    struct Machine: Encodable {
        var ended: GuardReport.MachineEnding
        var seconds: Double
        var commandLine: [String]
    }

    var format = "strata-program"
    var version = 1
    var result: String
    var exitStatus: Int32
    var `guard`: Guard?
    var map: Map?
    var machine: Machine?
    var console: [String]?
    var error: BootDocumentError?

    init(_ report: GuardReport) {
        result = report.failure == nil ? "finished" : "failed"
        exitStatus = report.failure?.exitStatus ?? 0
        `guard` = Guard(
            start: report.start, configuration: report.settings, arena: report.arena, program: report.program, end: report.end,
            services: report.services.isEmpty ? nil : report.services, memory: report.memory,
            benchmark: report.benchmark.isEmpty ? nil : report.benchmark, selfTest: report.selfTest)
        if let header = report.mapHeader, let map = report.map {
            self.map = Map(
                descriptorSize: header.descriptorSize, descriptorVersion: header.descriptorVersion, byteCount: header.byteCount,
                regions: map.regions.map {
                    Region(
                        start: HexadecimalWord($0.range.start.rawValue), pages: $0.pages.rawValue, type: $0.type.rawValue,
                        name: "\($0.type.name)", attributes: HexadecimalWord($0.attributes.rawValue))
                })
        }
        machine = Machine(
            ended: report.machineEnding, seconds: report.duration.rounded,
            commandLine: report.commandLine)
        console = report.programLines
        error = report.failure.map { BootDocumentError($0) }
    }

    init(_ error: MachineError, exitStatus: Int32) {
        result = "failed"
        self.exitStatus = exitStatus
        self.error = BootDocumentError(error)
    }
}
