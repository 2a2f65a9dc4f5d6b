import HostVirtualMemory
import MemoryMap
import Testing
import VirtualMemory

extension HostProcessTests {
    @Suite struct PrivateMemoryTests {
        @Test func reservesCommitsAndReleases() throws {
            let process = HostProcess.current
            let range = try process.allocate(
                AllocationRequest(byteCount: 0x10000, type: [.reserve, .commit], protection: .readWrite))
            #expect(range.byteCount == 0x10000)
            let pointer = try unsafe #require(unsafe UnsafeMutablePointer<UInt8>(bitPattern: UInt(range.start.rawValue)))
            unsafe pointer[0xFFFF] = 7
            let value = unsafe pointer[0xFFFF]
            #expect(value == 7)
            #expect(try process.query(range.start).protection == .readWrite)
            try process.free(range.start, byteCount: 0, .release)
            #expect(try process.query(range.start).state == .free)
        }
    }
}
