import MemoryGuard
import MemoryMap
import Testing
import UEFIMemory

/// What runs inside the firmware, hosted first.
@Suite struct ServicesSelfTestTests {
    @Test("the services do what the self-test's model does", arguments: [1, 16] as [UInt64], [600, 4_096])
    func agrees(granularity: UInt64, pageCount: Int) throws {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: pageCount * 4_096, alignment: 65_536)
        defer { unsafe memory.deallocate() }
        let range = try #require(
            PhysicalRange(
                start: PhysicalAddress(UInt64(UInt(bitPattern: memory))), pages: PageCount(UInt64(pageCount))))
        var test = ServicesSelfTest(
            try MemoryServices(
                memory: range, window: unsafe MemoryWindow(identity: range), runtimeGranularity: PageCount(granularity)),
            on: range, seed: granularity &* 77 &+ UInt64(pageCount))
        try test.run(calls: 6_000)
    }
}
