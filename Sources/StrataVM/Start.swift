import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import SystemPackage
import VirtualMemory

/// Called when the library is loaded.
@c func strata_vm_start() {
    // Made before there are threads, of which one might be at it when another one forks.
    _ = (HandleTable.shared, OpenFiles.shared, SystemLibraries.shared, MovableMemory.shared, sectionNames, eventNames)
    mapProgram()
    shareData()
}

/// Maps an image that tells of the program, and lets the process's block point to it. Without room for it, the block points to where
/// the host's loader put the program.
private func mapProgram() {
    var bytes = [UInt8](repeating: 0, count: 0x200)
    // The buffer is as large as it is said to be.
    let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe strata_vm_program_image($0.baseAddress, $0.count, ProgramStack.defaultReserve, ProgramStack.defaultCommit)
    }
    let made = unsafe host_anonymous_file("strata-program", UInt64(count))
    guard made >= 0 else { return }
    let file = FileDescriptor(rawValue: made)
    defer { try? file.close() }
    guard (try? file.writeAll(toAbsoluteOffset: 0, bytes)) != nil, let information = try? HostFiles.information(file) else {
        return
    }
    let host = HostSectionFile(
        descriptor: made, byteCount: information.byteCount, access: [.read, .execute],
        identity: HostFileIdentity(device: information.device, number: information.number))
    let process = HostProcess.current
    guard let section = try? process.createImageSection(host, protection: .executeRead, attributes: .image),
        let view = try? process.mapView(of: section, .executeRead)
    else { return }
    unsafe RtlGetCurrentPeb().pointee.ImageBaseAddress = unsafe Arguments.pointer(view.range.start)
}

/// Makes the page of shared data where its readers look for it; without room there, they have none.
private func shareData() {
    let page = VirtualAddress(0x7FFE_0000)
    let process = HostProcess.current
    let request = AllocationRequest(base: page, byteCount: 0x1000, type: [.reserve, .commit], protection: .readWrite)
    guard (try? process.allocate(request)) != nil else { return }
    unsafe strata_vm_fill_shared_data(Arguments.pointer(page))
    _ = try? process.protect(page, byteCount: 0x1000, .readOnly)
}
