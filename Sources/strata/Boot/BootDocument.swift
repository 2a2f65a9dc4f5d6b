import MachineRunner

/// The JSON document of `strata boot --json`.
///
/// | Key          | Value                                                                                        |
/// | ------------ | -------------------------------------------------------------------------------------------- |
/// | `format`     | `"strata-boot"`                                                                              |
/// | `version`    | 1; grows when a key changes its meaning or goes                                              |
/// | `result`     | `"finished"` or `"failed"`                                                                   |
/// | `exitStatus` | the command's exit status                                                                    |
/// | `machine`    | `architecture`, `memoryBytes`, `processors`, `timeoutSeconds`, `commandLine` (QEMU's)        |
/// | `stages`     | `stage`, `beganSeconds`, `seconds` of each stage, on the host's clock; the last one may be the one that failed |
/// | `loader`     | what the loader said: `start`, `configuration`, `kernel`, `graphics`, `tables`, `exit`       |
/// | `kernel`     | what the kernel said: `start`, `paging`, `runtime`, `display`                                |
/// | `map`        | the firmware's own table: `descriptorSize`, `descriptorVersion`, `byteCount`, `hex`          |
/// | `summary`    | the figures of the map; amounts are numbers of 4 KiB pages                                   |
/// | `types`      | for each type `type`, `name`, `descriptors`, `regions`, `pages`                              |
/// | `regions`    | for each merged region `start`, `pages`, `type`, `name`, `attributes`                        |
/// | `files`      | what was kept: `screenshot`, `log`, `media`                                                  |
/// | `error`      | after a failure: `kind`, `message`, `advice`, `stage`, `lastLines`, `fault`, `loader`, `kernel`, `differences`, `problems` |
///
/// Addresses and attribute words are strings `"0x…"`. Keys for which there is nothing are left out. In a finished boot
/// `summary`, `types` and `regions` are the kernel's, and have been found equal to what the host computes from `map`.
struct BootDocument: JSONDocument {
    struct Machine: Encodable {
        var architecture: MachineArchitecture
        var memoryBytes: UInt64
        var processors: Int
        var timeoutSeconds: Double
        var commandLine: [String]
    }

    struct Stage: Encodable {
        var stage: BootStage
        var beganSeconds: Double
        var seconds: Double
    }

    struct Loader: Encodable {
        var start: LoaderStart?
        var configuration: LoaderSettings?
        var kernel: LoadedKernel?
        var graphics: GraphicsMode?
        var tables: FirmwareTables?
        var exit: BootServicesExit?
    }

    struct Kernel: Encodable {
        var start: KernelStart?
        var paging: PagingReport?
        var runtime: RuntimeReport?
        var display: DisplayReport?
    }

    struct Map: Encodable {
        var descriptorSize: UInt64
        var descriptorVersion: UInt64
        var byteCount: UInt64
        var hex: String
    }

    struct Files: Encodable {
        var screenshot: String?
        var log: String?
        var media: String?
    }

    var format = "strata-boot"
    var version = 1
    var result: String
    var exitStatus: Int32
    var machine: Machine?
    var stages: [Stage]?
    var loader: Loader?
    var kernel: Kernel?
    var map: Map?
    var summary: [String: JSONValue]?
    var types: [TypeTotal]?
    var regions: [ReportedRegion]?
    var files: Files?
    var error: BootDocumentError?

    init(result: String, exitStatus: Int32) {
        self.result = result
        self.exitStatus = exitStatus
    }

    /// The document for arguments that were not understood.
    static func usageFailure(_ message: String) -> String {
        var document = BootDocument(result: "failed", exitStatus: 64)
        document.error = BootDocumentError(kind: "usage", message: message)
        return document.text()
    }
}

extension BootDocument {
    /// Puts in what has been heard.
    mutating func add(_ record: BootRecord, stages: [StageTiming]) {
        self.stages = stages.map {
            Stage(stage: $0.stage, beganSeconds: $0.began.rounded, seconds: $0.duration.rounded)
        }
        loader = Loader(
            start: record.loaderStart, configuration: record.settings, kernel: record.loadedKernel, graphics: record.graphics,
            tables: record.tables, exit: record.exit)
        kernel = Kernel(
            start: record.kernelStart, paging: record.paging, runtime: record.runtime, display: record.display)
        if let header = record.mapHeader {
            map = Map(
                descriptorSize: header.descriptorSize, descriptorVersion: header.descriptorVersion, byteCount: header.byteCount,
                hex: Self.hexadecimal(record.rawMap))
        }
        summary = record.summary
        types = record.types.isEmpty ? nil : record.types
        regions = record.regions.isEmpty ? nil : record.regions
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
