import Display

/// Memory for a framebuffer with a margin before and after it that nothing may write to.
@safe
struct FramedMemory: ~Copyable {
    static let canary: UInt32 = 0xC0DE_CAFE
    static let margin = 64

    private let words: UnsafeMutablePointer<UInt32>
    let scanLine: Int
    let height: Int

    init(scanLine: Int, height: Int) {
        unsafe words = .allocate(capacity: scanLine * height + 2 * Self.margin)
        unsafe words.initialize(repeating: Self.canary, count: scanLine * height + 2 * Self.margin)
        self.scanLine = scanLine
        self.height = height
    }

    deinit { unsafe words.deallocate() }

    var base: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(words + Self.margin) }
    var byteCount: UInt64 { UInt64(scanLine * height * 4) }

    /// The word at column `x` of row `y`; columns up to the end of the scan line.
    func word(x: Int, y: Int) -> UInt32 { unsafe words[Self.margin + y * scanLine + x] }

    /// The words of the first `width` pixels of every row.
    func visibleWords(width: Int) -> [UInt32] {
        (0..<height).flatMap { row in (0..<width).map { word(x: $0, y: row) } }
    }

    /// Whether the margins and the part of each scan line from `width` on are as they were.
    func isIntact(beyond width: Int) -> Bool {
        let end = Self.margin + scanLine * height
        for index in 0..<Self.margin {
            guard unsafe words[index] == Self.canary, unsafe words[end + index] == Self.canary else { return false }
        }
        for row in 0..<height {
            for column in width..<scanLine where word(x: column, y: row) != Self.canary { return false }
        }
        return true
    }

    borrowing func framebuffer(width: Int, format: PixelFormat = .bgrx) throws(FramebufferError) -> Framebuffer {
        try unsafe Framebuffer(
            base: base, byteCount: byteCount, width: UInt32(width), height: UInt32(height),
            pixelsPerScanLine: UInt32(scanLine), format: format)
    }
}
