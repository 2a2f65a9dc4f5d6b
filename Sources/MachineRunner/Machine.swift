import Subprocess
import SystemPackage

/// A machine under QEMU: firmware, boot media and a serial line that is listened to.
///
///     let machine = Machine(configuration)
///     let report = try await machine.run { progress in … }
///
/// However the run ends, also by cancellation of the task, QEMU has ended and the temporary files are gone when `run` returns.
public struct Machine: Sendable {
    public let configuration: MachineConfiguration

    public init(_ configuration: MachineConfiguration) {
        self.configuration = configuration
    }

    /// Boots the machine and waits until it has powered off.
    ///
    /// - Parameter onProgress: Called for every stage and every serial line, in order, from a task of the runner.
    /// - Returns: What the kernel reported, checked against the memory map that it dumped.
    /// - Throws: `MachineError`. The serial log is kept then too, and the screenshot where it could be taken.
    public func run(
        onProgress: @escaping @Sendable (MachineProgress) -> Void = { _ in }
    ) async throws(MachineError) -> BootReport {
        let emulator = try Emulator.locate(for: configuration.architecture, in: configuration.host)
        let firmware = try FirmwareFiles.locate(for: configuration.architecture, in: configuration.host)
        try checkTargets()
        let workspace = try TemporaryDirectory(named: "strata-machine", in: configuration.host)
        defer { workspace.remove() }

        let media = try BootMedia(
            at: configuration.keptMedia.map(configuration.host.absolute) ?? workspace.path.appending("media"),
            images: configuration.images, architecture: configuration.architecture, options: configuration.options)
        let variables = workspace.path.appending("variables.fd")
        do throws(FileSystem.Failure) { try FileSystem.copy(firmware.variables, to: variables) } catch {
            throw .unreadable(path: firmware.variables.string, purpose: "the firmware's variable store", reason: error.reason)
        }
        let serial = try SerialLogFile(at: workspace.path.appending("serial.log"))
        defer { serial.close() }
        let picture = workspace.path.appending("screen.png")
        let commandLine = QEMUCommandLine(
            configuration.shape, firmware: firmware, variables: variables, media: media.root, serial: serial.path)
        onProgress(.launching(commandLine: [emulator.string] + commandLine.arguments))

        let session = MachineSession(
            limit: configuration.timeout, screenshotPath: configuration.screenshot == nil ? nil : picture.string,
            report: onProgress)
        let run = MachineProcess(executable: emulator, arguments: commandLine.arguments, serial: serial)
        let ended = try await run.run(session, keepingLogAs: configuration.log, in: configuration.host)
        if ended.session.isScreenshotTaken {
            try FileSystem.keep(picture, as: configuration.screenshot, purpose: "the screenshot", in: configuration.host)
        }
        return try conclude(ended, commandLine: [emulator.string] + commandLine.arguments)
    }

    private func conclude(_ run: MachineProcess.Ended<MachineSession>, commandLine: [String]) throws(MachineError) -> BootReport {
        switch run.session.outcome {
        case .failed(let error): throw error
        case .emulatorEnded:
            if let refusal = QEMURefusal.error(for: run.words, in: configuration.shape), run.session.record.loaderStart == nil {
                throw refusal
            }
            throw .emulatorFailed(
                status: run.status, words: QEMURefusal.firstMessage(in: run.words), lastLines: run.session.recentLines)
        case .finished: break
        }
        if let path = configuration.screenshot, let reason = run.session.screenshotFailure {
            throw .screenshotFailed(path: path.string, reason: reason)
        }
        return try BootReport(
            record: run.session.record, stages: run.session.record.stages(until: run.duration),
            architecture: configuration.architecture, commandLine: commandLine)
    }

    private func checkTargets() throws(MachineError) {
        for (path, purpose) in [(configuration.screenshot, "the screenshot"), (configuration.log, "the serial log")] {
            guard let path else { continue }
            do throws(FileSystem.Failure) { try FileSystem.checkWritable(configuration.host.absolute(path)) } catch {
                throw .unwritable(path: path.string, purpose: purpose, reason: error.reason)
            }
        }
        for (path, purpose) in [
            (configuration.images.loader as FilePath?, "the loader"), (configuration.images.kernel, "the kernel"),
            (configuration.options.initrd, "the initial RAM disk"),
        ] {
            guard let path, !FileSystem.isRegularFile(path) else { continue }
            throw .unreadable(path: path.string, purpose: purpose, reason: "there is no such file")
        }
    }
}
