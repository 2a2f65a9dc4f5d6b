import GuestLayout
import MemoryMap
import Testing

@Suite("x86-64 plans")
struct X86PlanTests {
    @Test func first() throws {
        var request = X86LayoutRequest(memoryByteCount: 5 << 30)
        request.initialRAMDiskByteCount = 1_983_864
        let plan = try LayoutPlan(request)
        #expect(plan.range(of: .initialRAMDisk)?.start == PhysicalAddress(0x16_FE1B_000))
    }
}
