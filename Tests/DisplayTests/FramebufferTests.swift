import Display
import MemoryReport
import Testing
import SeededRandom

struct FramebufferTests {
    @Test func hostileGeometryIsRefused() {
        let memory = FramedMemory(scanLine: 64, height: 16)
        let base = unsafe memory.base
        let size: UInt64 = 64 * 16 * 4
        func error(
            _ width: UInt32, _ height: UInt32, _ scanLine: UInt32, byteCount: UInt64 = size, offset: Int = 0
        ) -> FramebufferError? {
            do throws(FramebufferError) {
                _ = try unsafe Framebuffer(
                    base: base + offset, byteCount: byteCount, width: width, height: height,
                    pixelsPerScanLine: scanLine, format: .bgrx)
                return nil
            } catch { return error }
        }
        #expect(error(64, 16, 64) == nil)
        #expect(error(0, 16, 64) == .empty(width: 0, height: 16))
        #expect(error(64, 0, 64) == .empty(width: 64, height: 0))
        #expect(error(64, 16, 63) == .scanLineTooShort(width: 64, pixelsPerScanLine: 63))
        #expect(error(64, 16, .max) == .tooLarge(pixelsPerScanLine: .max, height: 16))
        #expect(error(64, .max, 64) == .tooLarge(pixelsPerScanLine: 64, height: .max))
        #expect(error(.max, .max, .max) == .tooLarge(pixelsPerScanLine: .max, height: .max))
        #expect(error(64, 17, 64) == .memoryTooSmall(needed: 4352, byteCount: size))
        #expect(error(64, 16, 64, byteCount: size - 1) == .memoryTooSmall(needed: size, byteCount: size - 1))
        // The last scan line need not be there beyond its visible pixels.
        #expect(error(1, 2, 64, byteCount: 260) == nil)
        #expect(error(1, 2, 64, byteCount: 259) == .memoryTooSmall(needed: 260, byteCount: 259))
        let address = UInt64(UInt(bitPattern: base))
        #expect(error(1, 1, 1, offset: 2) == .misaligned(address: address + 2))
        let isIntact = memory.isIntact(beyond: 0)
        #expect(isIntact, "nothing is written before something is drawn")
    }

    @Test func aScreenAtTheEndOfTheAddressSpaceIsRefused() {
        let base = unsafe UnsafeMutableRawPointer(bitPattern: UInt.max - 15)!
        #expect(throws: FramebufferError.pastAddressSpace(address: UInt64.max - 15, needed: 20)) {
            _ = try unsafe Framebuffer(base: base, byteCount: .max, width: 5, height: 1, pixelsPerScanLine: 5, format: .rgbx)
        }
    }

    @Test func aPixelGoesWhereItBelongs() throws {
        let memory = FramedMemory(scanLine: 40, height: 10)
        var screen = try memory.framebuffer(width: 33, format: .rgbx)
        screen.setPixel(x: 32, y: 9, to: RGBColor(red: 1, green: 2, blue: 3))
        screen.setPixel(x: 33, y: 9, to: RGBColor(red: 9, green: 9, blue: 9))
        screen.setPixel(x: -1, y: 0, to: RGBColor(red: 9, green: 9, blue: 9))
        screen.setPixel(x: 0, y: 10, to: RGBColor(red: 9, green: 9, blue: 9))
        var expected = [UInt32](repeating: FramedMemory.canary, count: 33 * 10)
        expected[9 * 33 + 32] = 0x030201
        let words = memory.visibleWords(width: 33)
        #expect(words == expected)
        let isIntact = memory.isIntact(beyond: 33)
        #expect(isIntact)
    }

    /// Fills, rows, frames and text at random places, many of them outside: the screen equals a plain model, and the
    /// memory around it is untouched.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func randomDrawingEqualsTheModel(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let width = Int.random(in: 1...70, using: &random)
        let scanLine = width + Int.random(in: 0...9, using: &random)
        let height = Int.random(in: 1...50, using: &random)
        let memory = FramedMemory(scanLine: scanLine, height: height)
        var screen = try memory.framebuffer(width: width)
        var buffer = try #require(PixelBuffer(width: width, height: height))
        screen.fill(screen.bounds, pixel: 0)
        var model = [UInt32](repeating: 0, count: width * height)

        func coordinate(_ random: inout SeededGenerator) -> Int {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: [.min, .max, .min + 1, .max - 3, -1, 0].randomElement(using: &random)!
            default: Int.random(in: -40...100, using: &random)
            }
        }
        for _ in 0..<200 {
            let rectangle = PixelRectangle(
                x: coordinate(&random), y: coordinate(&random), width: coordinate(&random), height: coordinate(&random))
            let word = UInt32.random(in: 0...0xFFFFFF, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                screen.fillRow(x: rectangle.x, y: rectangle.y, count: rectangle.width, pixel: word)
                buffer.fillRow(x: rectangle.x, y: rectangle.y, count: rectangle.width, pixel: word)
                for x in 0..<width where rectangle.y >= 0 && rectangle.y < height {
                    if x >= rectangle.x, rectangle.x >= 0 || rectangle.width > 0,
                        Double(x) < Double(rectangle.x) + Double(rectangle.width)
                    {
                        model[rectangle.y * width + x] = word
                    }
                }
            default:
                screen.fill(rectangle, pixel: word)
                buffer.fill(rectangle, pixel: word)
                for y in 0..<height
                where y >= rectangle.y && Double(y) < Double(rectangle.y) + Double(rectangle.height) {
                    for x in 0..<width
                    where x >= rectangle.x && Double(x) < Double(rectangle.x) + Double(rectangle.width) {
                        model[y * width + x] = word
                    }
                }
            }
        }
        #expect(buffer.pixels == model)
        let filled = memory.visibleWords(width: width)
        #expect(filled == model)
        for _ in 0..<200 {
            let (x, y) = (coordinate(&random), coordinate(&random))
            let style = TextStyle(
                color: RGBColor(red: 1, green: 2, blue: 3),
                background: Bool.random(using: &random) ? .init(red: 7, green: 7, blue: 7) : nil,
                scale: Bool.random(using: &random) ? .double : .normal, weight: Bool.random(using: &random) ? .bold : .regular)
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            screen.drawText(text.span, x: x, y: y, style: style)
            buffer.drawText(text.span, x: x, y: y, style: style)
            let frame = PixelRectangle(x: y, y: x, width: coordinate(&random), height: coordinate(&random))
            screen.outline(frame, with: style.color)
            buffer.outline(frame, with: style.color)
        }
        let drawn = memory.visibleWords(width: width)
        #expect(drawn == buffer.pixels)
        let isIntact = memory.isIntact(beyond: width)
        #expect(isIntact)
    }
}
