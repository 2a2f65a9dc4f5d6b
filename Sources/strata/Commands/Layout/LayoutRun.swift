import ArgumentParser
import GuestImage
import GuestLayout
import HostFiles
import SystemPackage

/// What both architectures' commands do with a plan.
enum LayoutRun {
    /// - Parameter start: Writes or starts the guest, where that is asked for.
    static func run(
        _ options: LayoutOptions, _ plan: () throws -> LayoutPlan,
        start: (LayoutPlan) async throws -> LayoutTrialOutcome? = { _ in nil }
    ) async throws {
        do {
            let plan = try plan()
            var document = LayoutDocument(plan)
            let style = Style(CommandLineHost.current.screen)
            if !options.json { Output.standard.write(LayoutPrinter(plan: plan, style: style).text()) }
            let outcome = try await start(plan)
            document.boot = outcome.map(LayoutDocument.Boot.init)
            if options.json { Output.standard.write(document.json) }
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
            if options.json { Output.standard.write(LayoutDocument.refusal(refusal)) }
            Output.error.line("strata: refused: \(refusal.problem.explanation)")
            if let cure = refusal.cure { Output.error.line("  \(cure.explanation)") }
            throw ExitCode(1)
        } catch let failure as LayoutFailure {
            Output.error.line("strata: \(failure.message)")
            throw ExitCode(failure.status)
        }
    }
}
