import SystemPackage

/// A machine under QEMU on which the Guard runs a program under Strata's memory services.
///
///     let machine = GuardedMachine(architecture: .x86_64, memory: .default, options: GuardOptions(.shell))
///     let report = try await machine.run()
///
/// However the run ends, also by cancellation of the task, QEMU has ended and the temporary files are gone when `run` returns.
public struct GuardedMachine: Sendable {
    public var architecture: MachineArchitecture
    public var memory: MemorySize
    public var processors = 1
    public var options: GuardOptions

    /// The Guard's image; nil for the one that `make images` built.
    public var image: FilePath?

    /// The bound on the whole run.
    public var timeout = Duration.seconds(120)

    /// The text on the serial line at which the machine is stopped once the Guard has reported, for a program that runs on; nil
    /// to wait for the machine's own end.
    public var lastWords: String?

    /// Where the raw serial log goes.
    public var log: FilePath?

    /// Whether the machine's clock counts instructions, so that what is measured in it repeats.
    public var countsInstructions = false

    /// The host in which emulator and firmware are looked up.
    public var host: HostEnvironment

    public init(
        architecture: MachineArchitecture, memory: MemorySize = .default, options: GuardOptions,
        host: HostEnvironment = .current
    ) {
        self.architecture = architecture
        self.memory = memory
        self.options = options
        self.host = host
    }

    /// Runs the machine until it has powered off or reset itself, or the time is up.
    ///
    /// - Parameter onProgress: Called for every serial line of text, in order, from a task of the runner.
    /// - Returns: What the Guard reported.
    /// - Throws: `MachineError`. The serial log is kept then too.
    public func run(onProgress: @escaping @Sendable (GuardProgress) -> Void = { _ in }) async throws(MachineError) -> GuardReport
    {
        let emulator = try Emulator.locate(for: architecture, in: host)
        let firmware = try FirmwareFiles.locate(for: architecture, in: host)
        let image: FilePath
        if let named = self.image { image = named } else { image = try ImageSet.locateGuard(for: architecture, in: host) }
        try checkFiles()
        let workspace = try TemporaryDirectory(named: "strata-guard", in: host)
        defer { workspace.remove() }

        let media = workspace.path.appending("media")
        _ = try GuardMedia(at: media, image: image, architecture: architecture, options: options)
        let variables = workspace.path.appending("variables.fd")
        do throws(FileSystem.Failure) { try FileSystem.copy(firmware.variables, to: variables) } catch {
            throw .unreadable(path: firmware.variables.string, purpose: "the firmware's variable store", reason: error.reason)
        }
        let serial = try SerialLogFile(at: workspace.path.appending("serial.log"))
        defer { serial.close() }
        let shape = MachineShape(
            architecture: architecture, memory: memory, processors: processors, countsInstructions: countsInstructions)
        let arguments = QEMUCommandLine(shape, firmware: firmware, variables: variables, media: media, serial: serial.path)
            .arguments
        onProgress(.launching(commandLine: [emulator.string] + arguments))

        let process = MachineProcess(executable: emulator, arguments: arguments, serial: serial)
        let ended = try await process.run(
            GuardSession(limit: timeout, lastWords: lastWords, report: onProgress), keepingLogAs: log, in: host)
        if let failure = ended.session.failure { throw failure }
        guard ended.session.record.isFinished else {
            if let refusal = QEMURefusal.error(for: ended.words, in: shape), ended.session.record.start == nil { throw refusal }
            throw .emulatorFailed(
                status: ended.status, words: QEMURefusal.firstMessage(in: ended.words), lastLines: ended.session.recentLines)
        }
        return try GuardReport(
            ended.session, architecture: architecture, commandLine: [emulator.string] + arguments, duration: ended.duration)
    }

    private func checkFiles() throws(MachineError) {
        var files: [(FilePath, String)] = []
        if case .program(let program) = options.task { files.append((program, "the program")) }
        if let initrd = options.initrd { files.append((initrd, "the initial RAM disk")) }
        for (path, purpose) in files where !FileSystem.isRegularFile(path) {
            throw .unreadable(path: path.string, purpose: purpose, reason: "there is no such file")
        }
        if let volume = options.volume, !FileSystem.isDirectory(volume) {
            throw .unreadable(path: volume.string, purpose: "the volume's folder", reason: "there is no such folder")
        }
        guard let log else { return }
        do throws(FileSystem.Failure) { try FileSystem.checkWritable(host.absolute(log)) } catch {
            throw .unwritable(path: log.string, purpose: "the serial log", reason: error.reason)
        }
    }
}
