import BootHandoff
import Display
import Machine
import MemoryMap
import UEFI

/// The picture of the memory map on the screen that the firmware set up.
enum Screen {
    /// Draws the picture; false where the framebuffer is none that can be drawn on.
    static func draw(
        _ picture: MemoryMapPicture, on screen: BootInfo.Framebuffer
    ) -> Bool {
        guard let format = PixelFormat(screen.format),
            let base = unsafe UnsafeMutableRawPointer(bitPattern: UInt(screen.range.start.rawValue))
        else { return false }
        do throws(FramebufferError) {
            // The BootInfo was validated: the framebuffer serves nothing else, and the loader mapped it.
            var framebuffer = unsafe try Framebuffer(
                base: base, byteCount: screen.range.byteCount ?? 0, width: screen.width, height: screen.height,
                pixelsPerScanLine: screen.pixelsPerScanLine, format: format)
            picture.draw(on: &framebuffer)
            return true
        } catch {
            return false
        }
    }
}

extension PixelFormat {
    /// The format of a BootInfo, or nil where its pixels are not of 32 bits each.
    fileprivate init?(_ format: BootInfo.PixelFormat) {
        guard format.bytesPerPixel == 4 else { return nil }
        switch format {
        case .rgbx: self = .rgbx
        case .bgrx: self = .bgrx
        case .bitmask(let masks):
            guard
                let masks = try? PixelMasks(
                    red: masks.red, green: masks.green, blue: masks.blue, reserved: masks.reserved)
            else { return nil }
            self = .bitmask(masks)
        }
    }
}

extension MemoryMapPicture.Heading {
    /// What the heading says of this machine and its kernel.
    init(_ handed: HandedOver, systemTable: SystemTable?) {
        var firmware: [UInt8] = []
        systemTable?.forEachVendorByte { firmware.append($0) }
        var hash: [UInt8] = []
        let digest = handed.information.kernelDigest.bytes
        for index in digest.indices { hash.append(digest[index]) }
        self.init(
            architecture: Processor.architecture, firmware: firmware, kernelHash: hash,
            isKernelVerified: handed.information.isKernelVerified)
    }
}
