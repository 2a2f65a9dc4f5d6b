public import GuestBoot
public import GuestLayout
public import HostFiles
public import MachineRunner
public import MemoryMap
public import SystemPackage

/// A planned guest made ready to run: its memory in a file, and the machine around it.
///
///     let trial = try LayoutTrial(plan, kernel: kernel, on: GuestBoard(.pc, for: plan), settings)
///     try trial.write(to: "guest.ram")
///     let outcome = try await trial.run(memory: "guest.ram")
public struct LayoutTrial: Sendable {
    /// What goes into the guest, beside its kernel.
    public struct Settings: Sendable {
        /// The initial RAM disk; none where it is empty.
        public var initrd: [UInt8] = []
        public var commandLine = ""
        public var setupData: [SetupDataList.Entry] = []

        /// For the random numbers of an AArch64 kernel.
        public var randomSeed: [UInt8] = []
        public var processors = 1

        /// 2 or 3, on AArch64.
        public var interruptControllerVersion = 3
        public var identity = SMBIOSTables.Identity()

        public init() {}
    }

    /// Why a plan cannot be tried.
    public enum Fault: Error, Hashable, Sendable {
        case contents(GuestBootError)
        case memory(GuestMemoryFile.Fault)
    }

    public let plan: LayoutPlan
    public let board: GuestBoard
    public let settings: Settings
    public let contents: GuestContents
    public let file: GuestMemoryFile

    /// What the machine has in place of firmware; x86-64 only.
    public let rom: [UInt8]

    /// Where the code lies that enters an AArch64 kernel: right below the guest's memory.
    public static let trampoline = PhysicalAddress(0x7FC0_0000)

    public init(
        _ plan: LayoutPlan, kernel: [UInt8], on board: GuestBoard, _ settings: Settings
    ) throws(Fault) {
        self.plan = plan
        self.board = board
        self.settings = settings
        do throws(GuestBootError) {
            switch plan.architecture {
            case .x86_64:
                var data = X86BootData(kernel: kernel)
                data.initrd = settings.initrd
                data.commandLine = Array(settings.commandLine.utf8)
                data.setupData = settings.setupData
                data.processors = settings.processors
                data.chipset = board.chipset
                // Where there is no PCI, the ROM itself answers in the place of the tables.
                data.identity = board.chipset == nil ? nil : settings.identity
                contents = try GuestContents(plan, data)
                rom = try ResetROM(plan, chipset: board.chipset ?? .microvm).bytes
            case .aarch64:
                guard let controller = AArch64Machine.InterruptController.virt(version: settings.interruptControllerVersion)
                else { throw .otherEntry }
                var data = AArch64BootData(kernel: kernel, controller: controller)
                data.initrd = settings.initrd
                data.commandLine = Array(settings.commandLine.utf8)
                data.processors = settings.processors
                data.randomSeed = settings.randomSeed
                contents = try GuestContents(plan, data, trampoline: Self.trampoline)
                rom = []
            }
        } catch {
            throw .contents(error)
        }
        do throws(GuestMemoryFile.Fault) {
            file = try GuestMemoryFile(regions: board.regions)
            try file.check(contents)
        } catch {
            throw .memory(error)
        }
    }

    /// Writes the guest's memory.
    ///
    /// - Throws: `FileFailure`.
    public func write(to path: FilePath) throws(FileFailure) { try file.write(contents, to: path) }

    /// Runs the guest on the memory that `write(to:)` wrote, and compares what it reports with the plan.
    ///
    /// - Throws: `MachineError`, not for a guest that fails: the outcome says so.
    public func run(
        memory path: FilePath, timeout: Duration = .seconds(120), log: FilePath? = nil, host: HostEnvironment = .current,
        onLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(MachineError) -> LayoutTrialOutcome {
        var machine = PreparedMachine(board: board.board, memory: path, byteCount: file.byteCount, host: host)
        machine.processors = settings.processors
        machine.rom = rom
        machine.start = Self.trampoline.rawValue
        machine.timeout = timeout
        machine.lastWords = ProbeProgram.lastWords
        machine.log = log
        let run = try await machine.run(onLine: onLine)
        let report = GuestReport(lines: run.lines)
        return LayoutTrialOutcome(run: run, report: report, checks: checks(against: report))
    }
}

extension LayoutTrial {
    /// As ``run(memory:timeout:log:host:onLine:)``, with the memory in a temporary file.
    ///
    /// - Throws: `MachineError`.
    public func run(
        timeout: Duration = .seconds(120), log: FilePath? = nil, host: HostEnvironment = .current,
        onLine: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(MachineError) -> LayoutTrialOutcome {
        try await PreparedMachine.withTemporaryMemory(
            in: host,
            { path throws(MachineError) in
                do throws(FileFailure) { try write(to: path) } catch {
                    throw .unwritable(path: path.string, purpose: "the guest's memory", reason: error.reason)
                }
            },
            { path throws(MachineError) in
                try await run(memory: path, timeout: timeout, log: log, host: host, onLine: onLine)
            })
    }
}

/// What came of a trial.
public struct LayoutTrialOutcome: Sendable {
    public let run: PreparedRun
    public let report: GuestReport

    /// The plan and the guest's report, line by line.
    public let checks: [LayoutCheck]

    /// Whether the guest ran to its end and all of its report agrees with the plan.
    public var isAgreed: Bool { report.isComplete && checks.allSatisfy(\.agrees) }
}

/// Something that the plan says, and what the guest says about it.
public struct LayoutCheck: Hashable, Sendable {
    public let subject: String
    public let planned: String
    public let reported: String
    public let agrees: Bool
}
