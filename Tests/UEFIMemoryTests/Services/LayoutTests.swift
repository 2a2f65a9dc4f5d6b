import MemoryMap
import Testing

@testable import UEFIMemory

@Suite("Records of the memory services")
struct LayoutTests {
    @Test func `records are as large as their places in a page`() {
        #expect(MemoryLayout<ExtentRecord>.stride == 64 && MemoryLayout<ExtentDetails>.stride == 64)
        #expect((RecordPages.recordsPerPage + 1) * MemoryLayout<ExtentRecord>.stride == Extent.detailsOffset)
        #expect(MemoryLayout<TypePoolRecord>.size <= TypePool.byteCount - (BlockClass.count + TypePool.idleListCount) * 8)
    }

    @Test func `each size of a buffer has the smallest block that holds it`() {
        var previous: UInt64 = 0
        for index in 0..<BlockClass.count {
            let byteCount = BlockClass(index: index).byteCount
            #expect(byteCount > previous && byteCount % 16 == 0)
            for size in (previous + 1)...byteCount where BlockClass(holding: size).index != index {
                Issue.record("\(size) bytes")
            }
            previous = byteCount
        }
        #expect(previous == BlockClass.largest && BlockClass(holding: 0).index == 0)
        for index in 0..<BlockClass.count {
            let blockClass = BlockClass(index: index)
            for used in [UInt64(0), 8, 64, 1_000, 1_000_000] {
                let pages = blockClass.pages(usedPages: used)
                #expect(pages <= BlockClass.pageLimit && blockClass.capacity(ofPages: pages) <= BlockClass.blockLimit)
                #expect(pages << 12 - blockClass.capacity(ofPages: pages) * blockClass.byteCount <= pages << 12 / 8)
            }
        }
    }
}
