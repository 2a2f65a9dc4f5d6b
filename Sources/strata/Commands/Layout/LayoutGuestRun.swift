import ArgumentParser
import GuestBoot
import GuestImage
import GuestLayout
import HostFiles
import MachineRunner
import MemoryMap
import SystemPackage

/// Writes a planned guest, and starts it.
struct LayoutGuestRun {
    let plan: LayoutPlan
    let files: LayoutGuestFiles
    let options: LayoutGuestOptions
    let model: GuestBoard.Model

    /// Writes and starts what the options ask for.
    ///
    /// - Returns: What came of the start, nil where none was asked for.
    /// - Throws: A `LayoutFailure`.
    func run() async throws -> LayoutTrialOutcome? {
        let trial: LayoutTrial
        do {
            let board = try GuestBoard(model, for: plan, interruptControllerVersion: files.settings.interruptControllerVersion)
            trial = try LayoutTrial(plan, kernel: files.kernel, on: board, files.settings)
        } catch let fault as GuestBoard.Fault {
            throw LayoutFailure(message: fault.explanation, status: 64)
        } catch let fault as LayoutTrial.Fault {
            throw LayoutFailure(message: fault.explanation, status: 65)
        }
        if let emit = options.emit {
            try write(trial, to: FilePath(emit))
            if let rom = options.rom {
                guard !trial.rom.isEmpty else {
                    throw LayoutFailure(message: "--rom: an AArch64 guest starts at its trampoline and needs none", status: 64)
                }
                do throws(FileFailure) { try OutputFile.replace(FilePath(rom), with: trial.rom) } catch {
                    throw LayoutFailure(message: "\(error)", status: 73)
                }
            }
        }
        guard options.boot else { return nil }
        do throws(MachineError) {
            let log = options.log.map { FilePath($0) }
            if let emit = options.emit {
                return try await trial.run(memory: FilePath(emit), timeout: .seconds(options.timeout), log: log)
            }
            return try await trial.run(timeout: .seconds(options.timeout), log: log)
        } catch {
            throw LayoutFailure(message: TerminalText.harmless(error.description), status: error.exitStatus)
        }
    }

    private func write(_ trial: LayoutTrial, to path: FilePath) throws(LayoutFailure) {
        do throws(FileFailure) { try trial.write(to: path) } catch {
            throw LayoutFailure(message: "\(error)", status: 73)
        }
    }
}

/// The plan beside the guest's report, for people.
struct LayoutTrialPrinter {
    let outcome: LayoutTrialOutcome
    let style: Style

    func text() -> String {
        let seconds = outcome.run.duration.components.seconds
        let tenths = outcome.run.duration.components.attoseconds / 100_000_000_000_000_000
        var text = "\n" + style.heading("The guest") + style.faint("  \(seconds).\(tenths) s, \(ending)") + "\n"
        if let version = outcome.report.version { text += "  " + style.faint(short(version, 100)) + "\n" }
        text += "\n"
        let width = outcome.checks.map(\.subject.count).max() ?? 0
        for check in outcome.checks {
            let name = check.subject + String(repeating: " ", count: width - check.subject.count)
            text += "  \(check.agrees ? style.doneSign : style.failedSign) \(name)  "
            let planned = check.planned.split(separator: ",").map { $0.drop { $0 == " " } }
            let reported = check.reported.split(separator: ",").map { $0.drop { $0 == " " } }
            let indent = "\n" + String(repeating: " ", count: width + 6)
            if check.agrees {
                text += planned.joined(separator: indent)
            } else {
                // Rows of both sides, the common ones once.
                text += "planned" + planned.filter { !reported.contains($0) }.map { indent + "- \($0)" }.joined()
                text += indent + "the guest says" + reported.filter { !planned.contains($0) }.map { indent + "+ \($0)" }.joined()
            }
            text += "\n"
        }
        let failed = outcome.checks.filter { !$0.agrees }.count
        text += "\n  "
        text +=
            failed == 0
            ? style.good("All of the guest's report agrees with the plan.")
            : style.bad("\(failed) of \(outcome.checks.count) parts of the guest's report disagree with the plan.")
        text += "\n"
        if !outcome.report.isComplete {
            text += "\n  " + style.heading("The last lines of the guest's log") + "\n"
            text += outcome.run.lines.suffix(10).map { "    " + style.faint(short($0, 160)) + "\n" }.joined()
        }
        return text
    }

    private func short(_ line: String, _ limit: Int) -> String { String(line.prefix(limit)) }

    private var ending: String {
        switch outcome.run.ending {
        case .poweredOff: "powered off"
        case .reset: "reset itself"
        case .lastWords: "stopped after its last words"
        case .timeLimit: "stopped, the time was up"
        case .other(let reason): reason
        }
    }
}
