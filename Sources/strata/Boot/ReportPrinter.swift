import MachineRunner
import MemoryMap
import MemoryReport

/// The kernel's report for people.
struct ReportPrinter {
    let report: BootReport
    let style: Style

    /// All of it, lines with their ends; what matters most comes last, where a terminal stands when it is done.
    func text() -> String {
        var text = "\n" + style.heading("Regions") + "\n"
        text += shared(keys: report.map.regions.map { MemoryCategory($0) }) { $0.writeRegionTable(report.map) }
        text += "\n" + style.heading("By type") + "\n"
        text += shared(keys: report.summary.byType.map { MemoryCategory($0.type) }) { $0.writeTypeTable(report.summary) }
        text += "\n" + style.heading("Kernel") + "\n" + kernel()
        text += "\n" + style.heading("Memory map") + "\n"
        text += shared(keys: []) { $0.writeSummary(report.summary) }
        text += "\n" + BarPrinter(map: report.map, style: style).text()
        return text
    }

    /// What the writer shared with the kernel writes, indented. A table has a key: for each row after its header the
    /// category whose colour stands before it.
    private func shared(keys: [MemoryCategory], _ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        var text = ""
        for (index, line) in buffer.text.split(separator: "\n").enumerated() {
            if keys.isEmpty {
                text += "  \(line)\n"
            } else if index == 0 {
                text += "    \(style.faint(String(line)))\n"
            } else {
                text += "  \(index <= keys.count ? style.key(keys[index - 1]) : " ") \(line)\n"
            }
        }
        return text
    }

    private func kernel() -> String {
        let paging = report.paging
        let runtime = report.runtime
        let isStrict = paging.writableAndExecutable == 0
        let leaves = [("4 KiB", paging.leaves4K), ("2 MiB", paging.leaves2M), ("1 GiB", paging.leaves1G)]
            .filter { $0.1 > 0 }.map { "\($0.1) of \($0.0)" }.joined(separator: ", ")
        var rows: [(String, String)] = [
            ("Image", "SHA-256 \(report.loadedKernel.sha256)"),
            ("", report.loadedKernel.verified ? style.good("verified by the loader") : style.bad("not verified")),
        ]
        if !report.kernelStart.commandLine.isEmpty { rows.append(("Command line", report.kernelStart.commandLine)) }
        rows += [
            ("Page tables", "\(paging.tables) tables; leaves: \(leaves.isEmpty ? "none" : leaves)"),
            (
                "",
                isStrict
                    ? style.good("nothing is writable and executable")
                    : style.bad("\(paging.writableAndExecutable) leaves are writable and executable")
            ),
            ("", paging.pageZeroMapped ? style.bad("page 0 is mapped") : style.good("page 0 is not mapped")),
            (
                "Runtime services",
                "\(runtime.regions) regions from \(runtime.base) on: SetVirtualAddressMap \(runtime.setVirtualAddressMap)"
            ),
            ("", "GetTime \(runtime.status)\(runtime.getTime.map { ": \($0)" } ?? "")"),
            ("Screen", screen),
        ]
        return rows.map { "  \($0.0.padded(to: 20))\($0.0 == "" ? $0.1 : TerminalText.harmless($0.1))\n" }.joined()
    }

    private var screen: String {
        guard let framebuffer = report.graphics.framebuffer else { return "none" }
        return "\(framebuffer.width)\(style.times)\(framebuffer.height) at \(framebuffer.base), "
            + (report.display.drawn ? "drawn" : "not drawn")
    }
}
