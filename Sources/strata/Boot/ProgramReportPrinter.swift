import MachineRunner
import MemoryMap
import MemoryReport

/// What a program did with the memory services, for people.
struct ProgramReportPrinter {
    let report: GuardReport
    let style: Style

    /// All of it, lines with their ends; what matters most comes last.
    func text() -> String {
        if let selfTest = report.selfTest { return text(of: selfTest) }
        if !report.benchmark.isEmpty { return benchmark() }
        var text = ""
        if let map = report.map {
            let summary = MemoryMapSummary(map, policy: report.architecture == .x86_64 ? .linuxX86 : .linuxARM64)
            text += "\n" + style.heading("The last memory map, by type") + "\n"
            var buffer = ByteBuffer()
            buffer.writeTypeTable(summary)
            text += buffer.text.split(separator: "\n").map { "  \($0)\n" }.joined()
        }
        text += "\n" + style.heading("Calls") + "\n" + services()
        if let memory = report.memory { text += "\n" + style.heading("Strata's memory") + "\n" + rows(memory) }
        return text + "\n" + ending()
    }

    private func services() -> String {
        let widths = (18, 10, 10, 12, 20)
        func line(_ name: String, _ calls: String, _ failed: String, _ forwarded: String, _ bytes: String) -> String {
            "  " + name.padded(to: widths.0) + calls.padded(left: widths.1) + failed.padded(left: widths.2)
                + forwarded.padded(left: widths.3) + bytes.padded(left: widths.4) + "\n"
        }
        var text = style.faint(line("Service", "Calls", "Errors", "To firmware", "Bytes asked for"))
        for service in report.services {
            text += line(
                service.name, "\(service.calls)", "\(service.failures)", "\(service.forwarded)",
                service.bytes == 0 ? "" : SizeText.bytes(service.bytes))
        }
        return text
    }

    private func rows(_ memory: GuardMemoryUse) -> String {
        var rows = [
            ("Peak", SizeText.pages(PageCount(memory.peakPages))),
            (
                "In use at the end",
                "\(SizeText.pages(PageCount(memory.livePages))), of it bookkeeping "
                    + SizeText.pages(PageCount(memory.bookkeepingPages))
            ),
            ("Pool not given back", "\(memory.livePoolBlocks) blocks, \(SizeText.bytes(memory.livePoolBytes))"),
            ("Extents", "\(memory.extents), at most \(memory.peakExtents)"),
        ]
        if let arena = report.arena {
            rows.insert(("Arena", "\(SizeText.pages(PageCount(arena.pages))) from \(arena.start) on"), at: 0)
        }
        if memory.refusedWhileExiting > 0 {
            rows.append(("Refused", "\(memory.refusedWhileExiting) allocations while the program left the firmware"))
        }
        return rows.map { "  \($0.0.padded(to: 22))\($0.1)\n" }.joined()
    }

    private func ending() -> String {
        let how =
            switch report.end?.how {
            case .exitBootServices: "The program left the firmware"
            case .returned: "The program returned \(report.end?.status?.description ?? "")"
            case .reset: "The program reset the machine"
            case nil: "The Guard is done"
            }
        let tries = report.refusedExits == 0 ? "" : ", after \(report.refusedExits) refused calls of ExitBootServices"
        let machine =
            switch report.machineEnding {
            case .poweredOff: "the machine powered off"
            case .reset: "the machine reset itself"
            case .timeLimit: "the machine still ran when the time was up"
            case .stopped: "the machine was stopped"
            case .other: "QEMU ended"
            }
        return "\(style.doneSign) \(how)\(tries); \(machine) after \(report.duration.text).\n"
    }

    private func text(of selfTest: GuardSelfTest) -> String {
        selfTest.mismatch == nil
            ? "\n\(style.doneSign) \(selfTest.calls) random calls (seed \(selfTest.seed)) did what the model did.\n" : "\n"
    }

    /// A Markdown table, ready for the documentation.
    private func benchmark() -> String {
        func time(_ picoseconds: UInt64) -> String {
            let tenths = (picoseconds + 50) / 100
            return tenths < 10_000 ? "\(tenths / 10).\(tenths % 10) ns" : "\((tenths + 5) / 10) ns"
        }
        let unit = report.architecture == .x86_64 ? "TSC" : "generic timer"
        var text =
            "\n\(report.start.firmwareVendor) on \(report.architecture.rawValue); a nanosecond of the \(unit) is an instruction.\n\n"
        text += "| Call | Descriptors: firmware | Strata | Firmware | Strata | Ratio |\n"
        text += "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        for row in report.benchmark {
            let ratio =
                row.strataPicoseconds == 0 ? 0 : Double(row.firmwarePicoseconds) / Double(row.strataPicoseconds)
            text += "| \(row.name) | \(row.firmwareDescriptors) | \(row.strataDescriptors) | \(time(row.firmwarePicoseconds)) "
            text += "| \(time(row.strataPicoseconds)) | \((ratio * 10).rounded() / 10) |\n"
        }
        return text
    }
}
