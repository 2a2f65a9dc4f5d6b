import MemoryMap
import Testing

@Suite struct MemoryMapViewTests {
    static let row = MemoryDescriptor(.conventional, 0x10_0000, pages: 16)

    @Test(arguments: [40, 48, 56, 64, 4096])
    func `A table is walked by its own descriptor size`(size: Int) throws {
        let rows = (0..<5).map { MemoryDescriptor(MemoryType(UInt32($0)), UInt64($0) << 20, pages: 3) }
        #expect(try RawTable(rows, descriptorSize: size).rows() == rows)
    }

    @Test(arguments: [0, -8, -48, 8, 32, 39, 41, 44, 47, Int.min, Int.max])
    func `A descriptor size that cannot be is refused`(size: Int) {
        var table = RawTable([Self.row], descriptorSize: 48)
        table.descriptorSize = size
        #expect(table.error() == .descriptorSize(size))
        #expect(table.error()?.offset == 0)
    }

    @Test func `A table with a huge descriptor size is a table cut off`() {
        var table = RawTable([Self.row], descriptorSize: 48)
        table.descriptorSize = Int.max - 7
        #expect(table.error() == .truncated(offset: 0, byteCount: 48))
    }

    @Test func `A version other than 1 is refused`() {
        var table = RawTable([Self.row])
        table.version = 2
        #expect(table.error() == .descriptorVersion(2))
        table.version = 0
        #expect(table.error() == .descriptorVersion(0))
    }

    @Test func `A table without rows is refused`() {
        #expect(RawTable().error() == .empty)
    }

    @Test(arguments: 1..<48)
    func `A table that ends inside a row names that row`(count: Int) {
        var table = RawTable([Self.row, Self.row, Self.row])
        table.bytes.removeLast(48 - count)
        #expect(table.error() == .truncated(offset: 96, byteCount: count))
    }

    @Test func `Rows without pages, inside a page and past the end are named by offset`() {
        func error(_ bad: MemoryDescriptor) -> MemoryMapError? { RawTable([Self.row, bad], descriptorSize: 56).error() }
        #expect(error(MemoryDescriptor(.conventional, 0, pages: 0)) == .zeroPages(offset: 56, start: PhysicalAddress(0)))
        #expect(
            error(MemoryDescriptor(.conventional, 0x1001, pages: 1))
                == .misaligned(offset: 56, start: PhysicalAddress(0x1001)))
        for (start, pages) in [(0x1000, 1 << 52), (0, 1 << 52 + 1), (0, .max), (.max - 4095, 2), (0x1000, .max)]
            as [(UInt64, UInt64)]
        {
            let expected = MemoryMapError.wraps(offset: 56, start: PhysicalAddress(start), pages: PageCount(pages))
            #expect(error(MemoryDescriptor(.conventional, start, pages: pages)) == expected)
        }
    }

    @Test func `Rows up to the very end of the address space are sound`() throws {
        let top = MemoryDescriptor(.conventional, .max - 4095, pages: 1)
        #expect(try RawTable([Self.row, top]).map().regions.last?.range.last == PhysicalAddress(.max))
        let whole = MemoryDescriptor(.conventional, 0, pages: 1 << 52)
        #expect(try RawTable([whole]).map().regions.first?.pages == .addressSpace)
        #expect(RawTable([whole, Self.row]).error() == .overlap(offset: 48, other: 0, at: Self.row.start))
    }
}
