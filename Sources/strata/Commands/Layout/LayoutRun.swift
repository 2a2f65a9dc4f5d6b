import ArgumentParser
import GuestImage
import GuestLayout
import HostFiles
import MachineRunner
import SystemPackage

/// What both architectures' commands do with a request.
enum LayoutRun {
    /// Plans, shows, and writes or starts the guest where that is asked for.
    ///
    /// - Parameters:
    ///   - board: The board of QEMU's where none is named.
    ///   - complete: Puts what goes into a guest into its request, with the header of its kernel.
    static func run<Request: LayoutRequest>(
        _ options: LayoutOptions, _ guest: LayoutGuestOptions, _ architecture: MachineArchitecture, commandLine: String,
        board: GuestBoard.Model, request makeRequest: () throws -> Request,
        complete: (inout LayoutTrial.Settings, inout Request, KernelImage) -> Void
    ) async throws {
        do {
            var files: LayoutGuestFiles?
            var request: Request
            if guest.isWanted {
                var wanted = try LayoutGuestFiles(options, guest, architecture, commandLine: commandLine)
                request = try makeRequest()
                complete(&wanted.settings, &request, wanted.image)
                files = wanted
            } else {
                request = try makeRequest()
            }
            let plan = try LayoutPlan(checking: request, options.strictness)
            var document = LayoutDocument(plan)
            let style = Style(CommandLineHost.current.screen)
            if !options.json { Output.standard.write(LayoutPrinter(plan: plan, style: style).text()) }
            var outcome: LayoutTrialOutcome?
            if let files {
                outcome = try await LayoutGuestRun(plan: plan, files: files, options: guest, model: guest.board ?? board).run()
            }
            document.boot = outcome.map(LayoutDocument.Boot.init)
            if options.json { Output.standard.line(document.text()) }
            if let outcome, !options.json { Output.standard.write(LayoutTrialPrinter(outcome: outcome, style: style).text()) }
            if let svg = options.svg {
                do throws(FileFailure) {
                    try OutputFile.replace(FilePath(svg), with: LayoutPicture(plan).svg().utf8)
                } catch {
                    throw LayoutFailure(message: "\(error)", status: 73)
                }
            }
            if let outcome, !outcome.isAgreed { throw ExitCode(2) }
        } catch let refusal as LayoutRefusal {
            if options.json { Output.standard.line(LayoutDocument.refusal(refusal)) }
            Output.error.line("strata: refused: \(refusal.problem.explanation)")
            if let cure = refusal.cure { Output.error.line("  \(cure.explanation)") }
            throw ExitCode(1)
        } catch let failure as LayoutFailure {
            Output.error.line("strata: \(failure.message)")
            throw ExitCode(failure.status)
        }
    }
}
