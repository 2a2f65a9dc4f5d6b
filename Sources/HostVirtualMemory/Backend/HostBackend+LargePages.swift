import MemoryMap
import VirtualMemory

extension HostBackend {
    /// Takes large pages that the host has set aside.
    ///
    /// - Returns: false where there are none, and ordinary pages may stand for them.
    mutating func mapLargePages(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) -> Bool {
        do throws(BackendError) {
            // The pages of a guard are opened one by one.
            guard !protection.contains(.guardPage) else { throw .unsupported }
            try HostMemory.mapLargePages(range, Self.access(protection))
            return true
        } catch {
            guard !insistsOnLargePages else { throw error }
            return false
        }
    }
}

extension HostProcess {
    /// Allocates large pages: with the privilege as well as the host can, and without it where the host has set some aside.
    func allocateLargePages(_ request: AllocationRequest) throws(NTStatus) -> VirtualRange {
        guard !space.canLockMemory, HostMemory.hasLargePages else { return try space.allocate(request) }
        space.canLockMemory = true
        space.backend.insistsOnLargePages = true
        defer {
            space.canLockMemory = false
            space.backend.insistsOnLargePages = false
        }
        return try space.allocate(request)
    }
}
