import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// Called when the library is loaded.
@c func strata_vm_start() { shareData() }

/// Makes the page of shared data where its readers look for it; without room there, they have none.
private func shareData() {
    let page = VirtualAddress(0x7FFE_0000)
    let process = HostProcess.current
    let request = AllocationRequest(base: page, byteCount: 0x1000, type: [.reserve, .commit], protection: .readWrite)
    guard (try? process.allocate(request)) != nil else { return }
    unsafe strata_vm_fill_shared_data(Arguments.pointer(page))
    _ = try? process.protect(page, byteCount: 0x1000, .readOnly)
}
