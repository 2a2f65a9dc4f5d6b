import ArgumentParser
import MachineRunner
import MemoryReport
import SystemPackage

/// `strata boot`: real firmware, the loader and the kernel in QEMU, and what the kernel says of the machine's memory.
struct BootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot",
        abstract: "Boots a machine into the Strata kernel and shows its memory.",
        discussion: """
            Runs QEMU in software emulation with the firmware that your system's packages provide (OVMF, AAVMF), shows each \
            stage from power-on to power-off, and prints the memory map that the firmware left to the kernel.

            EXIT STATUS
              0    the kernel finished and the machine powered off
              10   the firmware did not start the loader
              11   the loader gave up
              12   the kernel refused what it was given
              13   the kernel took an exception
              14   the machine stopped early, or did not power off
              15   the program under Strata's memory services returned an error
              16   the self-test of the memory services failed
              64   wrong arguments, or a value that QEMU does not take
              65   the kernel's report is malformed or contradicts its own memory map
              66   a file that was named cannot be read
              69   QEMU, the firmware or the images are not there
              70   QEMU failed
              73   a file cannot be written
              124  the time was up
              129, 130, 143  ended by SIGHUP, SIGINT, SIGTERM

            ENVIRONMENT
              STRATA_IMAGES    the folder of loader and kernel, as --images
              STRATA_QEMU      the emulator to run instead of QEMU's own name
              STRATA_FIRMWARE  the folder of the firmware's flash images
              NO_COLOR         no colours, if set to anything
            """)

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Boot") var boot: BootFileOptions
    @OptionGroup(title: "Programs under Strata's memory services") var program: ProgramOptions

    func validate() throws {
        guard machine.simulate else { return }
        let others: [(String, Bool)] = [
            ("--run, --kernel, --benchmark and --self-test", program.task(.current) != nil),
            ("--screenshot", output.screenshot != nil), ("--keep-media", boot.keepMedia != nil), ("--cpus", machine.cpus != 1),
        ]
        if let other = others.first(where: \.1) {
            throw ValidationError("--simulate runs without QEMU, and with it goes what \(other.0) would need")
        }
    }

    func run() async throws {
        let host = HostEnvironment.current
        let screen = Terminal(fileDescriptor: 1, environment: host.variables)
        let errorScreen = Terminal(fileDescriptor: 2, environment: host.variables)
        if let task = program.task(host) {
            let status = await run(task, host, Style(screen), Style(errorScreen))
            if status.isSuccess { return }
            throw status
        }
        let transcript = BootTranscript()
        let progress = ProgressPrinter(
            output: output.json ? .error : .standard, style: Style(output.json ? errorScreen : screen), detail: output.detail)

        do throws(MachineError) {
            let configuration = try makeConfiguration(host)
            if output.detail != .nothing {
                (output.json ? Output.error : .standard).line(
                    heading(configuration, Style(output.json ? errorScreen : screen)) + "\n")
            }
            let report =
                machine.simulate
                ? try SimulatedRun(configuration).run { event in
                    transcript.take(event)
                    progress.show(event)
                }
                : try await follow(Machine(configuration), transcript, progress)
            progress.finish(report.stages.last, isDone: true)
            tell(report, transcript, Style(screen))
        } catch {
            progress.finish(lastStage(transcript), isDone: error.isAboutReport)
            throw fail(error, transcript, Style(errorScreen))
        }
    }

    /// Runs the machine until it has ended, by itself or by a signal.
    private func follow(
        _ machine: Machine, _ transcript: BootTranscript, _ progress: ProgressPrinter
    ) async throws(MachineError) -> BootReport {
        let interruption = Interruption()
        let run = Task {
            await machine.result { event in
                transcript.take(event)
                progress.show(event)
            }
        }
        interruption.onSignal { run.cancel() }
        let animation = Task { await progress.animate() }
        let result = await run.value
        animation.cancel()
        await animation.value
        transcript.interrupted(by: interruption.signal)
        return try result.get()
    }

    private func lastStage(_ transcript: BootTranscript) -> StageTiming? {
        let contents = transcript.contents
        return contents.currentStage.map {
            StageTiming(stage: $0, began: contents.currentStageBegan, ended: contents.elapsed)
        }
    }

    private func tell(_ report: BootReport, _ transcript: BootTranscript, _ style: Style) {
        if output.json {
            var document = document(transcript, result: "finished", exitStatus: 0)
            document.add(transcript.contents.record, stages: report.stages)
            Output.standard.line(document.text())
            return
        }
        Output.standard.write(ReportPrinter(report: report, style: style).text())
        var last = "\n\(style.doneSign) The kernel finished; the machine ran for \(report.duration.text)."
        for (name, path) in [("screenshot", output.screenshot), ("serial log", output.log), ("boot media", boot.keepMedia)] {
            if let path { last += "\n  \(name): \(path)" }
        }
        Output.standard.line(last)
    }

    private func fail(_ error: MachineError, _ transcript: BootTranscript, _ style: Style) -> ExitCode {
        let status = transcript.contents.signal.map { 128 + $0 } ?? error.exitStatus
        if output.json {
            var document = document(transcript, result: "failed", exitStatus: status)
            let contents = transcript.contents
            document.add(contents.record, stages: contents.stages + [lastStage(transcript)].compactMap { $0 })
            document.error = BootDocumentError(error)
            Output.standard.line(document.text())
        } else {
            Output.error.write((output.detail == .nothing ? "" : "\n") + FailurePrinter(error: error, style: style).text())
        }
        return ExitCode(status)
    }

    private func document(_ transcript: BootTranscript, result: String, exitStatus: Int32) -> BootDocument {
        var document = BootDocument(result: result, exitStatus: exitStatus)
        document.machine = BootDocument.Machine(
            architecture: machine.arch, memoryBytes: machine.memory.byteCount, processors: machine.cpus,
            timeoutSeconds: machine.timeout, commandLine: transcript.contents.commandLine)
        document.files = BootDocument.Files(screenshot: output.screenshot, log: output.log, media: boot.keepMedia)
        return document
    }

    private func heading(_ configuration: MachineConfiguration, _ style: Style) -> String {
        let parts = [
            configuration.architecture.rawValue, SizeText.bytes(configuration.memory.byteCount),
            configuration.processors == 1 ? "1 processor" : "\(configuration.processors) processors",
            machine.simulate
                ? "simulated, with Strata's memory services as firmware"
                : "\(configuration.architecture.firmwareName) in QEMU, software emulation",
        ]
        return style.heading("strata boot") + style.separator + parts.joined(separator: style.separator)
    }
}

extension BootCommand {
    func makeConfiguration(_ host: HostEnvironment) throws(MachineError) -> MachineConfiguration {
        // What is missing is told in the order in which it is got: packages first, then what is built with them.
        if !machine.simulate {
            _ = try Emulator.locate(for: machine.arch, in: host)
            _ = try FirmwareFiles.locate(for: machine.arch, in: host)
        }
        var images = try ImageSet.locate(for: machine.arch, folder: boot.images.map { FilePath($0) }, in: host)
        if let kernel = boot.kernelFile {
            images.replaceKernel(by: host.absolute(FilePath(kernel)))
        }
        var configuration = MachineConfiguration(
            architecture: machine.arch, memory: machine.memory, processors: machine.cpus, images: images,
            options: BootOptions(
                commandLine: boot.cmdline, initrd: boot.initrd.map { host.absolute(FilePath($0)) },
                allowsUnverifiedKernel: boot.allowUnverified, injections: boot.inject),
            timeout: .milliseconds(Int64(machine.timeout * 1000)), host: host)
        configuration.screenshot = output.screenshot.map { FilePath($0) }
        configuration.log = output.log.map { FilePath($0) }
        configuration.keptMedia = boot.keepMedia.map { FilePath($0) }
        return configuration
    }
}

extension Machine {
    /// `run` with its outcome as a value, as a task that is waited for needs it.
    fileprivate func result(
        _ onProgress: @escaping @Sendable (MachineProgress) -> Void
    ) async -> Result<BootReport, MachineError> {
        do throws(MachineError) { return .success(try await run(onProgress: onProgress)) } catch { return .failure(error) }
    }
}

extension MachineError {
    /// Whether all stages went well, and what the kernel said in them did not.
    fileprivate var isAboutReport: Bool {
        switch self {
        case .inconsistentReport, .malformedEvents, .screenshotFailed: true
        default: false
        }
    }
}
