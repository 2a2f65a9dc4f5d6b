import Display
import MemoryReport
import Testing

struct PixelFormatTests {
    let color = RGBColor(red: 0x12, green: 0x34, blue: 0x56)

    @Test func byteOrders() {
        #expect(PixelFormat.rgbx.pixel(color) == 0x0056_3412)
        #expect(PixelFormat.bgrx.pixel(color) == 0x0012_3456)
    }

    @Test func masksOfEightBitsGiveTheByteOrders() throws {
        let bgrx = try PixelMasks(red: 0xFF0000, green: 0xFF00, blue: 0xFF, reserved: 0xFF00_0000)
        let rgbx = try PixelMasks(red: 0xFF, green: 0xFF00, blue: 0xFF0000, reserved: 0xFF00_0000)
        for red in stride(from: UInt8(0), through: 255, by: 5) {
            let color = RGBColor(red: red, green: red ^ 0x5A, blue: 255 - red)
            #expect(PixelFormat.bitmask(bgrx).pixel(color) == PixelFormat.bgrx.pixel(color))
            #expect(PixelFormat.bitmask(rgbx).pixel(color) == PixelFormat.rgbx.pixel(color))
        }
    }

    @Test func otherWidthsReachBothEnds() throws {
        let deep = try PixelMasks(red: 0x3FF0_0000, green: 0xFFC00, blue: 0x3FF, reserved: 0xC000_0000)
        #expect(deep.pixel(RGBColor(red: 255, green: 255, blue: 255)) == 0x3FFF_FFFF)
        #expect(deep.pixel(RGBColor(red: 0, green: 0, blue: 0)) == 0)
        #expect(deep.pixel(RGBColor(red: 0, green: 128, blue: 0)) == UInt32((128 * 1023 + 127) / 255) << 10)
        let shallow = try PixelMasks(red: 0xF800_0000, green: 1, blue: 0x100, reserved: 0)
        #expect(shallow.pixel(RGBColor(red: 255, green: 127, blue: 128)) == 0xF800_0100)
        // One channel of thirty bits: the largest product there is.
        let wide = try PixelMasks(red: 0xFFFF_FFFC, green: 1, blue: 2, reserved: 0)
        #expect(wide.pixel(RGBColor(red: 255, green: 0, blue: 0)) == 0xFFFF_FFFC)
    }

    @Test func channelsKeepTheirOrder() throws {
        for mask: UInt32 in [0x1, 0x1F, 0x7E0, 0xFF, 0x3FF, 0xFFFFFF] {
            let free: UInt32 = mask < 0x8000_0000 ? 0x8000_0000 : 0
            let masks = try PixelMasks(red: mask, green: free, blue: 0x4000_0000, reserved: 0)
            var previous: UInt32 = 0
            for red in UInt8.min...UInt8.max {
                let word = masks.pixel(RGBColor(red: red, green: 0, blue: 0))
                #expect(word & ~mask == 0 && word >= previous)
                previous = word
            }
            #expect(previous == mask)
        }
    }

    @Test func brokenMasksAreRefused() {
        #expect(throws: PixelFormatError.brokenMask(0)) {
            try PixelMasks(red: 0, green: 0xFF00, blue: 0xFF, reserved: 0xFF00_0000)
        }
        #expect(throws: PixelFormatError.brokenMask(0xF0F)) {
            try PixelMasks(red: 0xFF0000, green: 0xF0F, blue: 0xFF00_0000, reserved: 0)
        }
        #expect(throws: PixelFormatError.overlappingMasks(0x80)) {
            try PixelMasks(red: 0xFF_0000, green: 0xFF80, blue: 0xFF, reserved: 0xFF00_0000)
        }
        #expect(throws: PixelFormatError.overlappingMasks(1)) {
            try PixelMasks(red: 0xFF_0000, green: 0xFF00, blue: 0xFF, reserved: 1)
        }
        #expect(throws: PixelFormatError.notFourBytes(0xFFFF)) {
            try PixelMasks(red: 0xF800, green: 0x7E0, blue: 0x1F, reserved: 0)
        }
    }
}
