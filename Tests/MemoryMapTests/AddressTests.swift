import MemoryMap
import Testing

@Suite struct AddressTests {
    @Test func `Arithmetic at the ends of the address space gives nil and never wraps`() {
        let top = PhysicalAddress(.max)
        #expect(top.advanced(by: 0) == top)
        #expect(top.advanced(by: 1) == nil)
        #expect(PhysicalAddress(1).advanced(by: .max) == nil)
        #expect(PhysicalAddress(5).distance(to: PhysicalAddress(3)) == nil)
        #expect(PhysicalAddress(0).distance(to: top) == .max)
        #expect(top.alignedUp(to: 4096) == nil)
        #expect(top.alignedUp(to: 1) == top)
        #expect(PhysicalAddress(0).alignedUp(to: 4096) == PhysicalAddress(0))
        #expect(PhysicalAddress(1).alignedUp(to: 4096) == PhysicalAddress(4096))
        #expect(top.alignedDown(to: 4096) == PhysicalAddress(0xFFFF_FFFF_FFFF_F000))
        #expect(PhysicalAddress(0x1800).isAligned(to: 0x800))
        #expect(!PhysicalAddress(0x1800).isAligned(to: 0x1000))
    }

    @Test func `Ranges keep those that end at 2^64 and refuse empty and wrapping ones`() throws {
        #expect(PhysicalRange(start: PhysicalAddress(0), byteCount: 0) == nil)
        #expect(PhysicalRange(start: PhysicalAddress(0), pages: .zero) == nil)
        #expect(PhysicalRange(start: PhysicalAddress(2), last: PhysicalAddress(1)) == nil)
        #expect(PhysicalRange(start: PhysicalAddress(0x1000), pages: .addressSpace) == nil)
        #expect(PhysicalRange(start: PhysicalAddress(0), pages: PageCount(1 << 52 + 1)) == nil)
        #expect(PhysicalRange(start: PhysicalAddress(0), pages: PageCount(.max)) == nil)
        let whole = try #require(PhysicalRange(start: PhysicalAddress(0), pages: .addressSpace))
        #expect(whole.last == PhysicalAddress(.max))
        #expect(whole.end == nil)
        #expect(whole.byteCount == nil)
        #expect(whole.pages == .addressSpace)
        #expect(whole.isPageAligned)
        let topPage = try #require(PhysicalRange(start: PhysicalAddress(0xFFFF_FFFF_FFFF_F000), pages: PageCount(1)))
        #expect(topPage.last == PhysicalAddress(.max) && topPage.byteCount == 4096)
        #expect(whole.contains(topPage) && whole.overlaps(topPage) && !topPage.contains(whole))
    }

    @Test func `A range counts the frames that it touches`() {
        #expect(range(0xFFF, 0x1000).pages == PageCount(2))
        #expect(range(0x1000, 0x1FFF).pages == PageCount(1))
        #expect(range(0x1001, 0x1001).pages == PageCount(1))
        #expect(!range(0x1001, 0x1FFF).isPageAligned)
        #expect(!range(0x1000, 0x1FFE).isPageAligned)
        #expect(range(0x1000, 0x4FFF).isPageAligned)
    }

    @Test func `Intersections are what both ranges hold`() {
        #expect(range(0, 9).intersection(range(5, 20)) == range(5, 9))
        #expect(range(0, 9).intersection(range(10, 20)) == nil)
        #expect(range(0, 9).overlaps(range(9, 20)))
        #expect(!range(0, 9).overlaps(range(10, 20)))
        #expect(range(0, 9).contains(PhysicalAddress(9)) && !range(0, 9).contains(PhysicalAddress(10)))
    }

    @Test func `Page counts round up and report what does not fit`() {
        #expect(PageCount(roundingUp: 0) == .zero)
        #expect(PageCount(roundingUp: 1) == PageCount(1))
        #expect(PageCount(roundingUp: 4096) == PageCount(1))
        #expect(PageCount(roundingUp: .max) == .addressSpace)
        #expect(PageCount.addressSpace.byteCount == nil)
        #expect(PageCount(1 << 52 - 1).byteCount == UInt64.max - 4095)
        #expect(PageCount(.max).adding(PageCount(1)) == nil)
        #expect(PageCount(3).adding(PageCount(4)) == PageCount(7))
    }

    @Test func `Every frame number has an address`() throws {
        #expect(FrameNumber(rawValue: 1 << 52) == nil)
        let top = try #require(FrameNumber(rawValue: 1 << 52 - 1))
        #expect(top.address == PhysicalAddress(0xFFFF_FFFF_FFFF_F000))
        #expect(top.range.last == PhysicalAddress(.max))
        #expect(FrameNumber(containing: PhysicalAddress(.max)) == top)
        #expect(top.advanced(by: PageCount(1)) == nil)
        #expect(top.advanced(by: PageCount(.max)) == nil)
        let zero = FrameNumber(containing: PhysicalAddress(0xFFF))
        #expect(zero.rawValue == 0 && zero < top)
        #expect(zero.distance(to: top) == PageCount(1 << 52 - 1))
        #expect(top.distance(to: zero) == nil)
        #expect(zero.advanced(by: PageCount(2))?.address == PhysicalAddress(0x2000))
    }
}
