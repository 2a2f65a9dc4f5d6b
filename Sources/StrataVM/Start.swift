import HostVirtualMemory

/// Called when the library is loaded.
@c func strata_vm_start() { _ = HostProcess.current }
