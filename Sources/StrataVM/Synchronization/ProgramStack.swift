import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// A stack of the documented kind: one reservation, committed at its top, with guard pages below what is committed.
struct ProgramStack {
    let lowest: UInt64
    let limit: UInt64
    let base: UInt64

    /// What the program's image asks for: that of the linkers of Windows.
    static let defaultReserve: UInt64 = 0x10_0000
    static let defaultCommit: UInt64 = 0x1000

    private static let page: UInt64 = 0x1000

    /// - Parameter commit: 0 for what the image asks for, and likewise `reserve`.
    init(
        commit: UInt64, reserve: UInt64, zeroBits: UInt64, commitAlignment: UInt64, reserveAlignment: UInt64
    ) throws(Status) {
        guard commitAlignment > 0, reserveAlignment > 0 else { throw Status(.invalidParameter) }
        let committed = try Self.round(commit == 0 ? Self.defaultCommit : commit, max(commitAlignment, Self.page))
        var reserved = reserve == 0 ? Self.defaultReserve : reserve
        if committed >= reserved { reserved = try Self.round(committed, 0x10_0000) }
        reserved = try Self.round(reserved, max(reserveAlignment, Platform.allocationGranularity))

        var request = AllocationRequest(base: nil, byteCount: reserved, type: .reserve, protection: .readWrite)
        request.zeroBits = zeroBits
        let range = try withStatus { () throws(NTStatus) in try HostProcess.current.allocate(request) }
        lowest = range.start.rawValue
        base = range.last.rawValue + 1
        limit = base - committed
        do throws(NTStatus) {
            try Self.commit(limit, base, .readWrite)
            try Self.guardPages(lowest: lowest, limit: limit, guarantee: 0)
        } catch {
            Self.free(lowest)
            throw Status(error)
        }
    }

    /// Rounds up to a multiple of any size.
    private static func round(_ size: UInt64, _ alignment: UInt64) throws(Status) -> UInt64 {
        let rest = size % alignment
        let (rounded, overflow) = size.addingReportingOverflow(rest == 0 ? 0 : alignment - rest)
        guard !overflow else { throw Status(.noMemory) }
        return rounded
    }

    private static func commit(_ start: UInt64, _ end: UInt64, _ protection: PageProtection) throws(NTStatus) {
        let request = AllocationRequest(
            base: VirtualAddress(start), byteCount: end - start, type: .commit, protection: protection)
        _ = try HostProcess.current.allocate(request)
    }

    /// The guard below a stack: a page, and what is kept for handling an overflow, which is two pages at least.
    private static func guardSize(_ guarantee: UInt64) -> UInt64 {
        page + max((guarantee + page - 1) & ~(page - 1), 2 * page)
    }

    /// The guard pages below a limit, as far as there is room for them. The lowest page is never used.
    static func guardPages(lowest: UInt64, limit: UInt64, guarantee: UInt64) throws(NTStatus) {
        let size = guardSize(guarantee)
        let floor = lowest + page
        guard limit > floor else { return }
        try commit(limit - floor > size ? limit - size : floor, limit, [.readWrite, .guardPage])
    }

    static func free(_ lowest: UInt64) {
        _ = try? HostProcess.current.free(VirtualAddress(lowest), byteCount: 0, .release)
    }

    /// Commits a stack down to a limit.
    ///
    /// - Parameter limit: lowered to the last page that a stack can have where it overflows.
    /// - Returns: whether there was still room for the guard pages; nil where the fault was not the stack's need.
    static func grow(
        lowest: UInt64, base: UInt64, guarantee: UInt64, address: UInt64, isGuard: Bool, limit: inout UInt64
    ) -> Bool? {
        let process = HostProcess.current
        let floor = lowest + page
        if !isGuard {
            guard let block = try? process.query(VirtualAddress(address)) else { return nil }
            guard block.state == .reserved, address >= floor else { return nil }
        }
        let size = guardSize(guarantee)
        let hasRoom = limit >= floor + size
        if !hasRoom { limit = floor }
        // What the program protected otherwise on its stack stays so.
        var place = limit
        do throws(NTStatus) {
            while place < base {
                let block = try process.query(VirtualAddress(place))
                let end = min(block.base.rawValue + block.byteCount, base)
                if block.state == .reserved || block.protection.contains(.guardPage) { try commit(place, end, .readWrite) }
                place = end
            }
            if hasRoom { try commit(limit - size, limit, [.readWrite, .guardPage]) }
        } catch {
            return isGuard ? hasRoom : nil
        }
        return hasRoom
    }
}

@c func strata_vm_grow_stack(
    _ lowest: UInt, _ base: UInt, _ guarantee: UInt, _ address: UInt, _ isGuard: Bool, _ limit: UnsafeMutablePointer<UInt>
) -> UInt32 {
    // The fault handler's own variable.
    var place = unsafe UInt64(limit.pointee)
    let hasRoom = ProgramStack.grow(
        lowest: UInt64(lowest), base: UInt64(base), guarantee: UInt64(guarantee), address: UInt64(address), isGuard: isGuard,
        limit: &place)
    guard let hasRoom else { return STRATA_VM_NO_STACK.rawValue }
    unsafe limit.pointee = UInt(place)
    return hasRoom ? STRATA_VM_GROWN.rawValue : STRATA_VM_OVERFLOW.rawValue
}

@c func strata_vm_guard_stack(_ lowest: UInt, _ limit: UInt, _ guarantee: UInt) {
    _ = native { () throws(Status) in
        try withStatus { () throws(NTStatus) in
            try ProgramStack.guardPages(lowest: UInt64(lowest), limit: UInt64(limit), guarantee: UInt64(guarantee))
        }
    }
}

@c @implementation public func RtlCreateUserStack(
    _ commit: SIZE_T, _ reserve: SIZE_T, _ zeroBits: ULONG, _ commitAlignment: SIZE_T, _ reserveAlignment: SIZE_T,
    _ stack: UnsafeMutablePointer<INITIAL_TEB>?
) -> NTSTATUS {
    native { () throws(Status) in
        let made = try ProgramStack(
            commit: UInt64(UInt(bitPattern: commit)), reserve: UInt64(UInt(bitPattern: reserve)), zeroBits: UInt64(zeroBits),
            commitAlignment: UInt64(UInt(bitPattern: commitAlignment)),
            reserveAlignment: UInt64(UInt(bitPattern: reserveAlignment)))
        for (index, word) in [0, 0, made.base, made.limit, made.lowest].enumerated() {
            guard unsafe Arguments.store(word, raw: UnsafeMutableRawPointer(stack).map { unsafe $0 + index * 8 }) else {
                ProgramStack.free(made.lowest)
                throw Status(.accessViolation)
            }
        }
    }
}

@c @implementation public func RtlFreeUserStack(_ stack: UnsafeMutableRawPointer?) -> NTSTATUS {
    native { () throws(Status) in
        let lowest = unsafe Arguments.address(stack)
        _ = try withStatus { () throws(NTStatus) in try HostProcess.current.free(lowest, byteCount: 0, .release) }
    }
}
