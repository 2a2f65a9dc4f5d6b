public import SystemPackage

/// A machine under QEMU whose memory is prepared in a file, so that it starts without firmware.
///
///     var machine = PreparedMachine(board: .pc(lowMemoryLimit: 0xD000_0000), memory: image, byteCount: 512 << 20)
///     machine.rom = rom
///     let run = try await machine.run()
///
/// The file is never written to: what the guest writes is lost with QEMU's end. However the run ends, also by cancellation of
/// the task, QEMU has ended and the temporary files are gone when `run` returns.
public struct PreparedMachine: Sendable {
    /// What QEMU puts around the memory.
    public enum Board: Hashable, Sendable {
        /// i440FX: RAM below 4 GiB ends at this address at the latest. Newer QEMUs have no such board for more RAM than that where it
        /// is above 3 GiB.
        case pc(lowMemoryLimit: UInt64)

        /// Q35: RAM below 4 GiB ends at this address at the latest, and at 2 GiB where there is 2.75 GiB or more of it.
        case q35(lowMemoryLimit: UInt64)

        /// The machine without PCI.
        case microvm

        /// The AArch64 machine with a generic interrupt controller of this version.
        case virt(interruptControllerVersion: Int)

        public var architecture: MachineArchitecture {
            if case .virt = self { .aarch64 } else { .x86_64 }
        }
    }

    public var board: Board

    /// The file that is the machine's RAM.
    public var memory: FilePath

    /// The size of the RAM in bytes, which is the file's.
    public var byteCount: UInt64
    public var processors = 1

    /// What the machine has in place of firmware; x86-64 only.
    public var rom: [UInt8] = []

    /// The address at which the first processor starts; AArch64 only.
    public var start: UInt64 = 0

    /// The bound on the whole run.
    public var timeout = Duration.seconds(120)

    /// The text on the serial line after which the machine is stopped if it runs on; nil to wait for its own end.
    public var lastWords: String?

    /// Where the raw serial log goes.
    public var log: FilePath?

    /// The host in which the emulator is looked up.
    public var host: HostEnvironment

    /// QEMU's names for the i440FX board, which are tried in turn.
    var i440FXNames = ["pc-i440fx-1.7", "pc"]

    public init(board: Board, memory: FilePath, byteCount: UInt64, host: HostEnvironment = .current) {
        self.board = board
        self.memory = memory
        self.byteCount = byteCount
        self.host = host
    }

    /// Runs the machine until it powers off or resets itself, or the time is up.
    ///
    /// - Parameter onLine: Called for every serial line of text, in order, from a task of the runner.
    /// - Throws: `MachineError`, not for a guest that fails or runs on: the run says so.
    public func run(onLine: @escaping @Sendable (String) -> Void = { _ in }) async throws(MachineError) -> PreparedRun {
        let emulator = try Emulator.locate(for: board.architecture, in: host)
        let workspace = try TemporaryDirectory(named: "strata-prepared", in: host)
        defer { workspace.remove() }
        let romPath = workspace.path.appending("reset.rom")
        do throws(FileSystem.Failure) { try FileSystem.write(rom, to: romPath) } catch {
            throw .unwritable(path: romPath.string, purpose: "the machine's ROM", reason: error.reason)
        }
        let serial = try SerialLogFile(at: workspace.path.appending("serial.log"))
        defer { serial.close() }
        var names = boardNames
        while true {
            let name = names.removeFirst()
            let arguments = arguments(board: name, rom: romPath, serial: serial.path)
            let process = MachineProcess(executable: emulator, arguments: arguments, serial: serial)
            let ended = try await process.run(
                PreparedSession(limit: timeout, lastWords: lastWords, report: onLine), keepingLogAs: log, in: host)
            if let failure = ended.session.failure { throw failure }
            if let ending = ended.session.ending {
                return PreparedRun(
                    lines: ended.session.lines, ending: ending, commandLine: [emulator.string] + arguments,
                    duration: ended.duration)
            }
            let isUnknown = QEMURefusal.isUnknownMachine(ended.words)
            if isUnknown, !names.isEmpty, newerBoardsSuffice { continue }
            var words = QEMURefusal.firstMessage(in: ended.words)
            if isUnknown, !newerBoardsSuffice {
                words += "; its newer boards have no RAM above 3 GiB there: less memory will do,"
                words += " or --board q35 with --pci-mem 0x80000000"
            }
            throw .emulatorFailed(
                status: ended.status, words: words, lastLines: ended.session.lines.suffix(LastLines.count))
        }
    }

    /// Whether the RAM of an i440FX of today ends below 4 GiB where it is told to: it begins to go above at 3 GiB at the latest.
    private var newerBoardsSuffice: Bool {
        guard case .pc(let limit) = board else { return true }
        return byteCount <= limit || limit <= 0xC000_0000
    }
}

extension PreparedMachine {
    /// Lets `prepare` write a machine's memory into a file of a temporary directory and `body` use it; the directory is gone
    /// afterwards.
    ///
    /// - Throws: What the two throw, or `MachineError.unwritable`.
    public static func withTemporaryMemory<Result: Sendable>(
        in host: HostEnvironment, _ prepare: (FilePath) throws(MachineError) -> Void,
        _ body: (FilePath) async throws(MachineError) -> Result
    ) async throws(MachineError) -> Result {
        let folder = try TemporaryDirectory(named: "strata-memory", in: host)
        defer { folder.remove() }
        let path = folder.path.appending("guest.ram")
        try prepare(path)
        return try await body(path)
    }
}

/// What a prepared machine did.
public struct PreparedRun: Sendable {
    /// Why the run is over.
    public enum Ending: Hashable, Sendable {
        /// The guest powered the machine off.
        case poweredOff

        /// The guest reset the machine, as a kernel does after a panic and a processor after a triple fault.
        case reset

        /// The guest had said its last words, and ran on.
        case lastWords

        /// The time was up.
        case timeLimit

        /// QEMU gives another reason.
        case other(String)
    }

    /// The text of the serial line.
    public let lines: [String]
    public let ending: Ending
    public let commandLine: [String]
    public let duration: Duration
}
