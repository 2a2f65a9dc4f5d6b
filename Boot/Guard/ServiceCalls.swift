import CArch
import Machine
import MemoryMap
import UEFI
import UEFIStatus

// The services as programs and drivers call them, by way of C functions with the firmware's calling convention. Each masks
// interrupts for as long as it uses the Guard's state: a timer's event may run a driver that calls a service in the middle of
// another. That holds at every task priority level, from which a service may be called at all or not. Calls that are the
// firmware's to answer are handed on with interrupts as they were.
//
// A call is the firmware's where it is about memory outside of Strata's arena: buffers that were allocated before the Guard
// started, and allocations that the arena has no room or no address for.

/// The Guard's state, set before the first service is replaced. Unsafe as all globals are that change: see above.
nonisolated(unsafe) var guardState: UnsafeMutablePointer<GuardState>?

/// Runs `body` on the Guard's state with interrupts masked.
func withGuardState<Result>(_ body: (inout GuardState) -> Result) -> Result {
    let interrupts = arch_mask_interrupts()
    defer { arch_restore_interrupts(interrupts) }
    guard let state = unsafe guardState else { preconditionFailure("the state is set before anything is replaced") }
    return unsafe body(&state.pointee)
}

/// What becomes of a call.
enum Outcome {
    /// Strata answers; an allocation has an address.
    case answered(EFIStatus, PhysicalAddress?)

    /// The call is handed on.
    case forwarded(BootServices)
}

/// The largest allocation that is handed on, in bytes: beyond it a firmware's own arithmetic may overflow.
private let forwardedByteLimit: UInt64 = 1 << 48

@c(guard_allocate_pages)
func allocatePages(_ kind: UInt32, _ type: UInt32, _ pages: UInt64, _ memory: UnsafeMutablePointer<UInt64>?) -> UInt64 {
    let byteCount = PageCount(pages).byteCount
    let wanted = unsafe memory?.pointee
    let outcome = withGuardState { state in
        state.allocate(.allocatePages, byteCount: byteCount ?? .max) { strata in
            guard let wanted else { return .answered(.invalidParameter, nil) }
            return strata.allocatePages(kind: kind, type: type, pages: pages, wanted: wanted)
        }
    }
    switch outcome {
    case .answered(let status, let address):
        if let address { unsafe memory?.pointee = address.rawValue }
        return status.rawValue
    case .forwarded(let firmware):
        let status = unsafe firmware.allocatePages(kind: kind, type: type, pages: pages, memory: memory)
        withGuardState { $0.counts.note(.allocatePages, failed: status.isError, forwarded: true, bytes: byteCount ?? 0) }
        return status.rawValue
    }
}

@c(guard_free_pages)
func freePages(_ memory: UInt64, _ pages: UInt64) -> UInt64 {
    let byteCount = PageCount(pages).byteCount ?? 0
    let outcome = withGuardState { state in
        state.answer(.freePages, bytes: byteCount) { state in
            guard unsafe state.strata != nil else { return .forwarded(state.firmware) }
            let range = PhysicalRange(start: PhysicalAddress(memory), pages: PageCount(pages))
            if let status = unsafe state.strata?.pointee.freePages(PhysicalAddress(memory), PageCount(pages), range) {
                return .answered(status, nil)
            }
            // A firmware frees what it is told, whoever owns it: part of the arena, and what is the Guard's, are not to be freed.
            guard let range else { return .answered(.invalidParameter, nil) }
            return state.isOwn(range) ? .answered(.notFound, nil) : .forwarded(state.firmware)
        }
    }
    switch outcome {
    case .answered(let status, _): return status.rawValue
    case .forwarded(let firmware):
        let status = firmware.freePages(atAnyAddress: memory, anyPages: pages)
        withGuardState { $0.counts.note(.freePages, failed: status.isError, forwarded: true, bytes: byteCount) }
        return status.rawValue
    }
}

@c(guard_allocate_pool)
func allocatePool(_ type: UInt32, _ size: UInt64, _ buffer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> UInt64 {
    let isWanted = unsafe buffer != nil
    let outcome = withGuardState { state in
        state.allocate(.allocatePool, byteCount: size) { strata in
            guard isWanted else { return .answered(.invalidParameter, nil) }
            return strata.allocatePool(type: type, size: size)
        }
    }
    switch outcome {
    case .answered(let status, let address):
        if let address { unsafe buffer?.pointee = UnsafeMutableRawPointer(bitPattern: UInt(address.rawValue)) }
        return status.rawValue
    case .forwarded(let firmware):
        let status = unsafe firmware.allocatePool(type: type, size: size, buffer: buffer)
        withGuardState { $0.counts.note(.allocatePool, failed: status.isError, forwarded: true, bytes: size) }
        return status.rawValue
    }
}

@c(guard_free_pool)
func freePool(_ buffer: UnsafeMutableRawPointer?) -> UInt64 {
    let address = PhysicalAddress(UInt64(UInt(bitPattern: buffer)))
    let outcome = withGuardState { state in
        state.answer(.freePool, bytes: 0) { state in
            guard unsafe state.strata != nil else { return .forwarded(state.firmware) }
            if let status = unsafe state.strata?.pointee.freePool(address) { return .answered(status, nil) }
            // A firmware looks for its own marks in front of any address that it is given: there are none in page 0, nor in
            // front of what is not aligned.
            guard address.rawValue >= PageCount.pageSize, address.isAligned(to: 8) else {
                return .answered(.invalidParameter, nil)
            }
            return .forwarded(state.firmware)
        }
    }
    switch outcome {
    case .answered(let status, _): return status.rawValue
    case .forwarded(let firmware):
        let status = unsafe firmware.freePool(anyPointer: buffer)
        withGuardState { $0.counts.note(.freePool, failed: status.isError, forwarded: true) }
        return status.rawValue
    }
}

@c(guard_get_memory_map)
func getMemoryMap(
    _ size: UnsafeMutablePointer<UInt64>?, _ map: UnsafeMutableRawPointer?, _ key: UnsafeMutablePointer<UInt64>?,
    _ descriptorSize: UnsafeMutablePointer<UInt64>?, _ descriptorVersion: UnsafeMutablePointer<UInt32>?
) -> UInt64 {
    let (firmware, isStrata) = withGuardState { unsafe ($0.firmware, $0.strata != nil) }
    guard isStrata else {
        let status = unsafe firmware.getMemoryMap(
            size: size, map: map, key: key, descriptorSize: descriptorSize, descriptorVersion: descriptorVersion)
        withGuardState { $0.counts.note(.getMemoryMap, failed: status.isError, forwarded: true) }
        return status.rawValue
    }
    return firmware.withoutEvents {
        let status = unsafe combinedMap(firmware, size, map, key, descriptorSize, descriptorVersion)
        withGuardState { $0.counts.note(.getMemoryMap, failed: status.isError) }
        return status.rawValue
    }
}

/// The map of the firmware's memory and Strata's. No event can come in between: see ``BootServices/withoutEvents(_:)``.
@unsafe
private func combinedMap(
    _ firmware: BootServices, _ size: UnsafeMutablePointer<UInt64>?, _ map: UnsafeMutableRawPointer?,
    _ key: UnsafeMutablePointer<UInt64>?, _ descriptorSize: UnsafeMutablePointer<UInt64>?,
    _ descriptorVersion: UnsafeMutablePointer<UInt32>?
) -> EFIStatus {
    guard let size = unsafe size, let state = unsafe guardState else { return .invalidParameter }
    if let failure = unsafe state.pointee.refresh() { return failure }
    guard let stride = unsafe state.pointee.strata?.pointee.firmware.descriptorSize else { return .unsupported }
    unsafe key?.pointee = state.pointee.strata?.pointee.currentKey() ?? 0
    unsafe descriptorSize?.pointee = stride
    unsafe descriptorVersion?.pointee = state.pointee.strata?.pointee.firmware.descriptorVersion ?? 1

    let capacity = unsafe size.pointee
    let isSurelyEnough = unsafe capacity / stride >= UInt64(state.pointee.strata?.pointee.rowBound ?? .max)
    if !isSurelyEnough {
        let needed = unsafe UInt64(state.pointee.strata?.pointee.rowCount() ?? 0) * stride
        guard needed <= capacity else {
            unsafe size.pointee = needed
            return .bufferTooSmall
        }
    }
    guard let map = unsafe map else { return .invalidParameter }
    var bytes = unsafe MutableRawSpan(_unsafeStart: map, byteCount: Int(clamping: capacity))
    unsafe size.pointee = UInt64(state.pointee.strata?.pointee.writeMap(into: &bytes) ?? 0) * stride
    return .success
}

@c(guard_exit_boot_services)
func exitBootServices(_ image: UnsafeMutableRawPointer?, _ key: UInt64) -> UInt64 {
    let firmware = withGuardState { $0.firmware }
    // The firmware's key for the map that the program's key stands for, nil where that is not the present map.
    let firmwareKey: UInt64? = firmware.withoutEvents {
        guard let state = unsafe guardState else { return nil }
        return unsafe state.pointee.beginExit(key: key)
    }
    guard let firmwareKey else { return EFIStatus.invalidParameter.rawValue }
    let status = firmware.exitBootServices(image: unsafe ImageHandle(image), key: firmwareKey)
    withGuardState { $0.endExit(status) }
    return status.rawValue
}

/// A program resets the machine or switches it off.
@c(guard_before_reset)
func beforeReset(_ kind: UInt32, _ status: UInt64) {
    withGuardState { state in
        state.takeSnapshot()
        state.report(.reset(status: EFIStatus(rawValue: status)))
    }
}

extension GuardState {
    /// Runs a call and counts it, where it is answered here.
    mutating func answer(_ service: Service, bytes: UInt64, _ body: (inout GuardState) -> Outcome) -> Outcome {
        let outcome = body(&self)
        if case .answered(let status, _) = outcome { counts.note(service, failed: status.isError, bytes: bytes) }
        return outcome
    }

    /// An allocation by Strata's services, or by the firmware where they have no room.
    mutating func allocate(
        _ service: Service, byteCount: UInt64, _ body: (inout StrataSide) -> Outcome?
    ) -> Outcome {
        guard unsafe strata != nil else { return .forwarded(firmware) }
        guard !isExiting else {
            // The map that an operating system was given must stay true, and nobody knows yet whether its key is accepted.
            refusedWhileExiting &+= 1
            counts.note(service, failed: true)
            return .answered(.outOfResources, nil)
        }
        if let strata = unsafe strata, let outcome = unsafe body(&strata.pointee) {
            if case .answered(let status, _) = outcome { counts.note(service, failed: status.isError, bytes: byteCount) }
            return outcome
        }
        guard byteCount <= forwardedByteLimit else {
            counts.note(service, failed: true)
            return .answered(.outOfResources, nil)
        }
        return .forwarded(firmware)
    }

    /// Brings the firmware's part of the map up to date.
    ///
    /// - Returns: what went wrong, nil where nothing did.
    mutating func refresh() -> EFIStatus? {
        let firmware = firmware
        do throws(EFIStatus) {
            try unsafe strata?.pointee.firmware.refresh(firmware)
            return nil
        } catch {
            return error
        }
    }

    /// Checks the key of a call of ExitBootServices and makes everything ready for the firmware's.
    ///
    /// - Returns: the key that the firmware is to be given; nil where the call is refused.
    mutating func beginExit(key: UInt64) -> UInt64? {
        counts[.exitBootServices].calls &+= 1
        var firmwareKey = key
        if unsafe strata != nil {
            let failure = refresh()
            guard failure == nil, unsafe strata?.pointee.currentKey() == key, let outer = unsafe strata?.pointee.firmware.key
            else {
                counts[.exitBootServices].failures &+= 1
                return nil
            }
            firmwareKey = outer
        }
        takeSnapshot()
        isExiting = true
        // The operating system is to find the firmware's own reset.
        unsafe tables.replaceReset(false)
        return firmwareKey
    }

    /// Takes in what the firmware answered.
    mutating func endExit(_ status: EFIStatus) {
        guard status.isError else { return report(.exitedBootServices) }
        isExiting = false
        counts[.exitBootServices].failures &+= 1
        unsafe tables.replaceReset(true)
    }
}
