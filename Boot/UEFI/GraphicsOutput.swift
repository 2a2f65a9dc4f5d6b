import CUEFI
public import MemoryMap
public import UEFIStatus

/// The graphics output protocol: the screen's modes and its linear framebuffer (UEFI 2.10, 12.9).
@safe
public struct GraphicsOutput {
    private let pointer: UnsafeMutablePointer<EFI_GRAPHICS_OUTPUT_PROTOCOL>

    /// The first screen of the machine.
    ///
    /// - Throws: `.notFound` where there is none.
    public init(services: BootServices) throws(EFIStatus) {
        unsafe self.pointer = try services.locate(.graphicsOutput, as: EFI_GRAPHICS_OUTPUT_PROTOCOL.self)
    }

    /// How a pixel's 32 bits are laid out.
    public enum PixelFormat: Equatable {
        /// Red in the lowest byte.
        case rgbx
        /// Blue in the lowest byte.
        case bgrx
        case bitmask(red: UInt32, green: UInt32, blue: UInt32, reserved: UInt32)
        /// No linear framebuffer: the mode can only be drawn on by the firmware.
        case blockTransferOnly
    }

    public struct Mode {
        public let number: UInt32
        public let width: UInt32
        public let height: UInt32
        public let pixelsPerScanLine: UInt32
        public let format: PixelFormat

        fileprivate init(number: UInt32, _ information: EFI_GRAPHICS_OUTPUT_MODE_INFORMATION) {
            self.number = number
            width = information.horizontal_resolution
            height = information.vertical_resolution
            pixelsPerScanLine = information.pixels_per_scan_line
            format =
                switch information.pixel_format {
                case 0: .rgbx
                case 1: .bgrx
                case 2:
                    .bitmask(
                        red: information.red_mask, green: information.green_mask, blue: information.blue_mask,
                        reserved: information.reserved_mask)
                default: .blockTransferOnly
                }
        }

        public var pixelCount: UInt64 { UInt64(width) * UInt64(height) }
    }

    /// The modes that can be set, at most 256 of them.
    public func forEachMode(_ body: (Mode) -> Void) {
        guard let state = unsafe pointer.pointee.mode else { return }
        for number in 0..<min(unsafe state.pointee.max_mode, 256) {
            var size: UInt64 = 0
            var information: UnsafeMutablePointer<EFI_GRAPHICS_OUTPUT_MODE_INFORMATION>?
            let status = EFIStatus(rawValue: unsafe uefi_graphics_query_mode(pointer, number, &size, &information))
            if !status.isError, let information = unsafe information {
                body(unsafe Mode(number: number, information.pointee))
            }
        }
    }

    /// The mode that is set, or nil where the firmware tells none.
    public var currentMode: Mode? {
        guard let state = unsafe pointer.pointee.mode, let information = unsafe state.pointee.info else { return nil }
        return unsafe Mode(number: state.pointee.mode, information.pointee)
    }

    public func set(_ mode: Mode) throws(EFIStatus) {
        try EFIStatus(rawValue: unsafe uefi_graphics_set_mode(pointer, mode.number)).check()
    }

    /// Where the current mode's framebuffer is, or nil where it has none.
    public var framebuffer: PhysicalRange? {
        guard let state = unsafe pointer.pointee.mode else { return nil }
        return unsafe PhysicalRange(
            start: PhysicalAddress(state.pointee.frame_buffer_base), byteCount: state.pointee.frame_buffer_size)
    }
}
