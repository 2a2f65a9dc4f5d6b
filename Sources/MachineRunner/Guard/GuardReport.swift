import MemoryMap
import MemoryReport
import UEFIStatus

/// What a program did with the memory services, as the Guard reported it.
public struct GuardReport: Sendable {
    /// How the machine's run ended, after the report.
    public enum MachineEnding: String, Codable, Hashable, Sendable {
        case poweredOff
        case reset

        /// It still ran when the time was up.
        case timeLimit

        /// It was stopped once the Guard had reported.
        case stopped

        case other
    }

    public let architecture: MachineArchitecture
    public let start: LoaderStart
    public let settings: GuardSettings

    /// Strata's memory; nil where the program got the firmware's services.
    public let arena: GuardArena?
    public let program: GuardedProgram?

    /// How the program ended; nil for a self-test and a benchmark.
    public let end: ProgramEnd?
    public let services: [ServiceUse]
    public let memory: GuardMemoryUse?
    public let benchmark: [GuardBenchmarkRow]
    public let selfTest: GuardSelfTest?

    /// The last memory map, as the program was given it where it left the firmware; nil for a self-test and a benchmark.
    public let map: PhysicalMemoryMap?
    public let rawMap: [UInt8]
    public let mapHeader: MapHeader?

    /// The text on the serial line since the program was loaded.
    public let programLines: [String]
    public let machineEnding: MachineEnding

    /// QEMU's program and arguments.
    public let commandLine: [String]
    public let duration: Duration

    /// The calls of ExitBootServices that were refused.
    public var refusedExits: UInt64 { services.first { $0.name == "ExitBootServices" }?.failures ?? 0 }

    /// What went wrong in the guest, nil where nothing did: a program that returned an error, a self-test that failed.
    public var failure: MachineError? {
        if let selfTest, let mismatch = selfTest.mismatch {
            return .selfTestFailed(call: mismatch, message: selfTest.message ?? "")
        }
        if let end, end.how == .returned, let status = end.status?.rawValue, EFIStatus(rawValue: status).isError {
            return .programFailed(status: status)
        }
        return nil
    }

    /// The calls of a service.
    public func calls(of name: String) -> UInt64 { services.first { $0.name == name }?.calls ?? 0 }

    init(
        _ session: GuardSession, architecture: MachineArchitecture, commandLine: [String], duration: Duration
    ) throws(MachineError) {
        let record = session.record
        let isRun = record.settings.map { $0.task == .program || $0.task == .shell } ?? true
        var missing: [String] = []
        if record.start == nil { missing.append("its start") }
        if record.settings == nil { missing.append("its configuration") }
        if isRun, record.end == nil { missing.append("the program's end") }
        if isRun, record.map.header == nil { missing.append("the memory map") }
        if isRun, record.settings?.services == .strata, record.arena == nil || record.memory == nil {
            missing.append("the use of memory")
        }
        if record.settings?.task == .selftest, record.selfTest == nil { missing.append("the self-test") }
        if record.settings?.task == .benchmark, record.benchmark.isEmpty { missing.append("the benchmark") }
        guard missing.isEmpty, let start = record.start, let settings = record.settings else {
            throw .guardReportIncomplete(missing: missing)
        }
        if let header = record.map.header {
            map = try ReportCheck.readMap(record.map.bytes, header: header, architecture: architecture).0
        } else {
            map = nil
        }
        self.architecture = architecture
        self.start = start
        self.settings = settings
        arena = record.arena
        program = record.program
        end = record.end
        services = record.services
        memory = record.memory
        benchmark = record.benchmark
        selfTest = record.selfTest
        rawMap = record.map.bytes
        mapHeader = record.map.header
        programLines = session.programLines
        machineEnding =
            switch session.stop {
            case .byGuest("guest-shutdown"): .poweredOff
            case .byGuest("guest-reset"): .reset
            case .timeLimit: .timeLimit
            case .afterReport: .stopped
            default: .other
            }
        self.commandLine = commandLine
        self.duration = duration
    }
}
