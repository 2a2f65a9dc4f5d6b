import CArch
import MemoryMap
import UEFI

// The services as programs and drivers call them, by way of C functions with the firmware's calling convention. Each masks
// interrupts for as long as it uses the Guard's state: a timer's event may run a driver that calls a service in the middle of
// another. That holds at every task priority level, from which a service may be called at all or not.

/// The Guard's state, set before the first service is replaced. Unsafe as all globals are that change: see above.
nonisolated(unsafe) var guardState: UnsafeMutablePointer<GuardState>?

/// Runs `body` on the Guard's state with interrupts masked.
func withGuardState<Result>(_ body: (inout GuardState) -> Result) -> Result {
    let interrupts = arch_mask_interrupts()
    defer { arch_restore_interrupts(interrupts) }
    guard let state = unsafe guardState else { preconditionFailure("the state is set before anything is replaced") }
    return unsafe body(&state.pointee)
}

@c(guard_allocate_pages)
func allocatePages(_ kind: UInt32, _ type: UInt32, _ pages: UInt64, _ memory: UnsafeMutablePointer<UInt64>?) -> UInt64 {
    let bytes = PageCount(pages).byteCount ?? .max
    let firmware = withGuardState { $0.firmware }
    let status = unsafe firmware.allocatePages(kind: kind, type: type, pages: pages, memory: memory)
    withGuardState { $0.counts.note(.allocatePages, failed: status.isError, forwarded: true, bytes: bytes) }
    return status.rawValue
}

@c(guard_free_pages)
func freePages(_ memory: UInt64, _ pages: UInt64) -> UInt64 {
    let bytes = PageCount(pages).byteCount ?? .max
    let firmware = withGuardState { $0.firmware }
    let status = firmware.freePages(atAnyAddress: memory, anyPages: pages)
    withGuardState { $0.counts.note(.freePages, failed: status.isError, forwarded: true, bytes: bytes) }
    return status.rawValue
}

@c(guard_allocate_pool)
func allocatePool(_ type: UInt32, _ size: UInt64, _ buffer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> UInt64 {
    let firmware = withGuardState { $0.firmware }
    let status = unsafe firmware.allocatePool(type: type, size: size, buffer: buffer)
    withGuardState { $0.counts.note(.allocatePool, failed: status.isError, forwarded: true, bytes: size) }
    return status.rawValue
}

@c(guard_free_pool)
func freePool(_ buffer: UnsafeMutableRawPointer?) -> UInt64 {
    let firmware = withGuardState { $0.firmware }
    let status = unsafe firmware.freePool(anyPointer: buffer)
    withGuardState { $0.counts.note(.freePool, failed: status.isError, forwarded: true) }
    return status.rawValue
}

@c(guard_get_memory_map)
func getMemoryMap(
    _ size: UnsafeMutablePointer<UInt64>?, _ map: UnsafeMutableRawPointer?, _ key: UnsafeMutablePointer<UInt64>?,
    _ descriptorSize: UnsafeMutablePointer<UInt64>?, _ descriptorVersion: UnsafeMutablePointer<UInt32>?
) -> UInt64 {
    let firmware = withGuardState { $0.firmware }
    let status = unsafe firmware.getMemoryMap(
        size: size, map: map, key: key, descriptorSize: descriptorSize, descriptorVersion: descriptorVersion)
    withGuardState { $0.counts.note(.getMemoryMap, failed: status.isError, forwarded: true) }
    return status.rawValue
}

@c(guard_exit_boot_services)
func exitBootServices(_ image: UnsafeMutableRawPointer?, _ key: UInt64) -> UInt64 {
    let firmware = withGuardState { state in
        state.counts[.exitBootServices].calls &+= 1
        state.takeSnapshot()
        // The operating system is to find the firmware's own reset.
        unsafe state.tables.replaceReset(false)
        return state.firmware
    }
    let status = firmware.exitBootServices(image: unsafe ImageHandle(image), key: key)
    withGuardState { state in
        if status.isError {
            state.counts[.exitBootServices].failures &+= 1
            unsafe state.tables.replaceReset(true)
        } else {
            state.report(.exitedBootServices)
        }
    }
    return status.rawValue
}

/// A program resets the machine or switches it off.
@c(guard_before_reset)
func beforeReset(_ kind: UInt32, _ status: UInt64) {
    withGuardState { state in
        state.takeSnapshot()
        state.report(.reset(status: UEFIStatus(rawValue: status)))
    }
}
