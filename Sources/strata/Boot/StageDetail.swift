import MachineRunner
import MemoryReport

/// What there is to say about a stage that is over, in a few words.
enum StageDetail {
    static func text(for stage: BootStage, in record: BootRecord, style: Style) -> String {
        switch stage {
        case .firmware:
            guard let start = record.loaderStart else { return "" }
            return "\(start.firmwareVendor), UEFI \(start.uefiRevision)"
        case .loader: return loader(record, style)
        case .exitBootServices:
            guard let exit = record.exit else { return "" }
            let attempts = exit.attempts == 1 ? "at the first attempt" : "at attempt \(exit.attempts)"
            let regrown = exit.regrown == 0 ? "" : ", buffers enlarged \(exit.regrown == 1 ? "once" : "\(exit.regrown) times")"
            return "\(attempts)\(regrown); \(exit.descriptors) descriptors of \(exit.descriptorSize) bytes"
        case .kernel:
            guard let start = record.kernelStart else { return "" }
            return "at \(start.kernelStart)-\(start.kernelLast), BootInfo version \(start.bootInfoVersion)"
        case .report:
            let parts = [
                "\(record.types.count) types", "\(record.regions.count) regions",
                record.display.map { $0.drawn ? "drawn on the screen" : "nothing drawn on a screen" } ?? "",
            ]
            return parts.filter { !$0.isEmpty }.joined(separator: ", ")
        case .powerOff: return ""
        }
    }

    private static func loader(_ record: BootRecord, _ style: Style) -> String {
        var parts: [String] = []
        if let kernel = record.loadedKernel {
            parts.append(
                "kernel of \(SizeText.bytes(kernel.byteCount)), SHA-256 \(kernel.verified ? "verified" : "NOT verified")")
        }
        if let screen = record.graphics?.framebuffer {
            parts.append("screen \(screen.width)\(style.times)\(screen.height)")
        }
        return parts.joined(separator: "; ")
    }
}
