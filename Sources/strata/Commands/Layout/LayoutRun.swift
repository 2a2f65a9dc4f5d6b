import ArgumentParser
import GuestLayout
import HostFiles
import SystemPackage

/// What both architectures' commands do with a plan.
enum LayoutRun {
    static func run(_ options: LayoutOptions, _ plan: () throws -> LayoutPlan) throws {
        do {
            let plan = try plan()
            let document = LayoutDocument(plan)
            Output.standard.write(
                options.json ? document.json : LayoutPrinter(plan: plan, style: Style(CommandLineHost.current.screen)).text())
            if let svg = options.svg {
                do throws(FileFailure) {
                    try OutputFile.replace(FilePath(svg), with: LayoutPicture(plan).svg().utf8)
                } catch {
                    throw LayoutFailure(message: "\(error)", status: 73)
                }
            }
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
