import MemoryReport

/// The screen's memory that the firmware set up: linear, 32 bits a pixel, in the little-endian byte order of the machine.
///
/// This file is the only one of the module that writes through a pointer; every write is clipped to the geometry that the
/// initializer checked, and is a store of a whole 32-bit word. UEFI 2.10, section 12.9: `EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE`.
@safe
public struct Framebuffer: ~Copyable, PixelSurface {
    /// The largest width, height and number of pixels per scan line.
    public static let largestSide: UInt32 = 32768

    public let width: Int
    public let height: Int

    /// The distance from a pixel to the one below it, in pixels; at least `width`.
    public let pixelsPerScanLine: Int

    public let format: PixelFormat

    private let base: UnsafeMutableRawPointer

    /// Takes over the memory at `base` as a screen of `width` x `height` visible pixels.
    ///
    /// - Parameter byteCount: The size of the memory at `base` in bytes.
    /// - Throws: `FramebufferError`, one case for each way in which the geometry can be wrong.
    /// - Warning: `base` to `base + byteCount` must be mapped writable and serve nothing else while the value lives.
    @unsafe
    public init(
        base: UnsafeMutableRawPointer, byteCount: UInt64, width: UInt32, height: UInt32,
        pixelsPerScanLine: UInt32,
        format: PixelFormat
    ) throws(FramebufferError) {
        guard width > 0, height > 0 else { throw .empty(width: width, height: height) }
        guard pixelsPerScanLine >= width else {
            throw .scanLineTooShort(width: width, pixelsPerScanLine: pixelsPerScanLine)
        }
        guard pixelsPerScanLine <= Self.largestSide, height <= Self.largestSide else {
            throw .tooLarge(pixelsPerScanLine: pixelsPerScanLine, height: height)
        }
        // Both factors are at most 2^15. The last row may end with its last visible pixel.
        let needed = (UInt64(height - 1) * UInt64(pixelsPerScanLine) + UInt64(width)) * 4
        guard needed <= byteCount else { throw .memoryTooSmall(needed: needed, byteCount: byteCount) }
        let address = UInt64(UInt(bitPattern: base))
        guard address.isMultiple(of: 4) else { throw .misaligned(address: address) }
        guard !address.addingReportingOverflow(needed - 1).overflow else {
            throw .pastAddressSpace(address: address, needed: needed)
        }
        self.width = Int(width)
        self.height = Int(height)
        self.pixelsPerScanLine = Int(pixelsPerScanLine)
        self.format = format
        unsafe self.base = base
    }

    public func pixel(_ color: RGBColor) -> UInt32 { format.pixel(color) }

    public mutating func fillRow(x: Int, y: Int, count: Int, pixel: UInt32) {
        guard 0..<height ~= y else { return }
        let columns = PixelRectangle(x: x, y: y, width: count, height: 1).columns(within: width)
        store(pixel, row: y, columns: columns)
    }

    public mutating func fill(_ rectangle: PixelRectangle, pixel: UInt32) {
        let columns = rectangle.columns(within: width)
        for row in rectangle.rows(within: height) { store(pixel, row: row, columns: columns) }
    }

    /// Stores words into `columns` of `row`, both already clipped.
    private mutating func store(_ pixel: UInt32, row: Int, columns: Range<Int>) {
        // Inside: row < height and columns.upperBound <= width, and the initializer found all of these bytes to be there.
        var word = unsafe (base + (row &* pixelsPerScanLine &+ columns.lowerBound) &* 4)
            .assumingMemoryBound(to: UInt32.self)
        let end = unsafe word + columns.count
        while unsafe word < end {
            unsafe word.pointee = pixel
            unsafe word += 1
        }
    }
}
