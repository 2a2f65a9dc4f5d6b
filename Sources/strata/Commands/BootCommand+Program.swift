import ArgumentParser
import MachineRunner
import SystemPackage

extension BootCommand {
    /// Runs a program under the Guard, and tells what it did with the memory services.
    func run(_ task: GuardOptions.Task, _ host: HostEnvironment, _ style: Style, _ errorStyle: Style) async -> ExitCode {
        var received: Int32?
        var options = GuardOptions(task)
        options.arguments = arguments(for: task)
        options.initrd = boot.initrd.map { host.absolute(FilePath($0)) }
        options.volume = program.volume.map { host.absolute(FilePath($0)) }
        options.arena = program.arena
        options.services = program.countOnly ? .firmware : .strata
        var guarded = GuardedMachine(architecture: machine.arch, memory: machine.memory, options: options, host: host)
        guarded.processors = machine.cpus
        guarded.timeout = .milliseconds(Int64(machine.timeout * 1000))
        guarded.log = output.log.map { FilePath($0) }
        guarded.countsInstructions = program.benchmark
        let (detail, console) = (output.detail, output.json ? Output.error : Output.standard)
        do throws(MachineError) {
            guarded.image = try ImageSet.locateGuard(for: machine.arch, folder: boot.images.map { FilePath($0) }, in: host)
            let configured = guarded
            let interruption = Interruption()
            let run = Task {
                await configured.result { progress in
                    guard case .line(let line, let isProgram, _) = progress, detail != .nothing else { return }
                    if isProgram || detail == .serial { console.line(line) }
                }
            }
            interruption.onSignal { run.cancel() }
            let result = await run.value
            received = interruption.signal
            let report = try result.get()
            if output.json {
                Output.standard.line(ProgramDocument(report).text())
            } else {
                Output.standard.write(ProgramReportPrinter(report: report, style: style).text())
                if let failure = report.failure {
                    Output.error.write("\n" + FailurePrinter(error: failure, style: errorStyle).text())
                }
            }
            if let failure = report.failure { return ExitCode(failure.exitStatus) }
        } catch {
            let status = received.map { 128 + $0 } ?? error.exitStatus
            if output.json {
                Output.standard.line(ProgramDocument(error, exitStatus: status).text())
            } else {
                Output.error.write("\n" + FailurePrinter(error: error, style: errorStyle).text())
            }
            return ExitCode(status)
        }
        return .success
    }

    /// The load options of a program; what the user gives, and for the Shell its own name before it, as it expects.
    private func arguments(for task: GuardOptions.Task) -> String {
        switch task {
        case .program: program.kernel != nil ? boot.cmdline : program.args ?? ""
        case .shell: "shell.efi" + (program.args.map { " " + $0 } ?? "")
        case .selfTest, .benchmark: ""
        }
    }
}

extension GuardedMachine {
    /// `run` with its outcome as a value, as a task that is waited for needs it.
    fileprivate func result(
        _ onProgress: @escaping @Sendable (GuardProgress) -> Void
    ) async -> Result<GuardReport, MachineError> {
        do throws(MachineError) { return .success(try await run(onProgress: onProgress)) } catch { return .failure(error) }
    }
}
