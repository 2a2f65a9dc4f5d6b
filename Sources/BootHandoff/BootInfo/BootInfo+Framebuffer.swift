public import MemoryMap

extension BootInfo {
    /// A linear framebuffer, as the firmware's graphics output protocol left it.
    ///
    /// UEFI 2.10, section 12.9.
    public struct Framebuffer: Hashable, Sendable {
        /// The memory behind the pixels, usually outside of the memory map.
        public var range: PhysicalRange

        /// The visible pixels of a line.
        public var width: UInt32

        /// The lines.
        public var height: UInt32

        /// The pixels from one line's start to the next line's, at least `width`.
        public var pixelsPerScanLine: UInt32

        /// How a pixel's bits are laid out.
        public var format: PixelFormat

        public init(range: PhysicalRange, width: UInt32, height: UInt32, pixelsPerScanLine: UInt32, format: PixelFormat) {
            self.range = range
            self.width = width
            self.height = height
            self.pixelsPerScanLine = pixelsPerScanLine
            self.format = format
        }

        /// The bytes that all lines need, or nil where they do not fit 64 bits.
        @inlinable
        public var neededByteCount: UInt64? {
            // Two 32-bit factors always fit 64 bits; the pixel size may not.
            let pixels = UInt64(pixelsPerScanLine) * UInt64(height)
            let (bytes, overflow) = pixels.multipliedReportingOverflow(by: UInt64(format.bytesPerPixel))
            return overflow ? nil : bytes
        }
    }

    /// The layout of a pixel's bits.
    public enum PixelFormat: Hashable, Sendable {
        /// Four bytes: red, green, blue, and one that is not shown.
        case rgbx

        /// Four bytes: blue, green, red, and one that is not shown.
        case bgrx

        /// One to four bytes, little-endian, whose bits the masks name.
        case bitmask(PixelMasks)

        /// The size of a pixel in bytes: 1 to 4.
        @inlinable
        public var bytesPerPixel: Int {
            switch self {
            case .rgbx, .bgrx: 4
            case .bitmask(let masks): masks.bytesPerPixel
            }
        }
    }

    /// The bits of a pixel that carry each colour: no bit belongs to two of the masks, and no colour is without a bit.
    public struct PixelMasks: Hashable, Sendable {
        public let red: UInt32
        public let green: UInt32
        public let blue: UInt32

        /// The bits that are not shown.
        public let reserved: UInt32

        /// The four masks, or nil where two of them share a bit or a colour has none.
        @inlinable
        public init?(red: UInt32, green: UInt32, blue: UInt32, reserved: UInt32) {
            guard red != 0, green != 0, blue != 0, red & green == 0, (red | green) & blue == 0,
                (red | green | blue) & reserved == 0
            else { return nil }
            self.red = red
            self.green = green
            self.blue = blue
            self.reserved = reserved
        }

        /// The size of a pixel in bytes: what the highest bit of all masks needs.
        @inlinable
        public var bytesPerPixel: Int {
            (UInt32.bitWidth - (red | green | blue | reserved).leadingZeroBitCount + 7) / 8
        }
    }
}
