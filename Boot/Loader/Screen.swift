import BootHandoff
import UEFI

/// The screen that the kernel is given.
enum Screen {
    /// Sets the wanted mode, or the best one, and tells where its framebuffer is; nil where the machine has none.
    ///
    /// Without a wish, the mode that the firmware has set is kept if it is at least 1024 by 768; otherwise the largest mode
    /// of at most 1920 by 1200 is set. A wish that no mode fulfils is not an error: the best mode is set.
    static func choose(wish: LoaderConfiguration.Resolution?, services: BootServices) -> BootInfo.Framebuffer? {
        guard let output = try? GraphicsOutput(services: services) else { return nil }
        var best: GraphicsOutput.Mode?
        var wished: GraphicsOutput.Mode?
        output.forEachMode { mode in
            guard mode.format != .blockTransferOnly else { return }
            if let wish, wished == nil, mode.width == UInt32(wish.width), mode.height == UInt32(wish.height) { wished = mode }
            guard mode.width <= 1920, mode.height <= 1200 else { return }
            if let known = best, known.pixelCount >= mode.pixelCount { return }
            best = mode
        }
        let current = output.currentMode
        if let wished {
            if wished.number != current?.number { try? output.set(wished) }
        } else if let current, current.format != .blockTransferOnly, current.width >= 1024, current.height >= 768 {
            // Good as it is.
        } else if let best, best.number != current?.number {
            try? output.set(best)
        }
        return framebuffer(of: output)
    }

    private static func framebuffer(of output: GraphicsOutput) -> BootInfo.Framebuffer? {
        guard let mode = output.currentMode, let range = output.framebuffer else { return nil }
        let format: BootInfo.PixelFormat
        switch mode.format {
        case .rgbx: format = .rgbx
        case .bgrx: format = .bgrx
        case .bitmask(let red, let green, let blue, let reserved):
            guard let masks = BootInfo.PixelMasks(red: red, green: green, blue: blue, reserved: reserved) else { return nil }
            format = .bitmask(masks)
        case .blockTransferOnly: return nil
        }
        return BootInfo.Framebuffer(
            range: range, width: mode.width, height: mode.height, pixelsPerScanLine: mode.pixelsPerScanLine, format: format)
    }
}
