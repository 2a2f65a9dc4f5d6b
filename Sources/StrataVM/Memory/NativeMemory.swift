import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// The calls of memory as both interfaces make them: pointers to an address and a size, which the call rounds.
enum MemoryCalls {
    /// What a call was given to begin with.
    static func range(
        _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?
    ) throws(Status) -> (address: VirtualAddress, size: UInt64) {
        let words = unsafe UnsafeMutableRawPointer(address)?.assumingMemoryBound(to: UInt.self)
        let sizes = unsafe UnsafeMutableRawPointer(size)?.assumingMemoryBound(to: UInt.self)
        guard let base = unsafe Arguments.loadForUpdate(words, default: 0),
            let count = unsafe Arguments.loadForUpdate(sizes, default: 0)
        else { throw Status(.accessViolation) }
        return (VirtualAddress(UInt64(base)), UInt64(count))
    }

    /// What a call reports back.
    static func report(
        _ address: VirtualAddress, _ byteCount: UInt64, _ addressPointer: UnsafeMutablePointer<PVOID?>?,
        _ size: UnsafeMutablePointer<SIZE_T>?
    ) throws(Status) {
        guard unsafe Arguments.store(UInt(address.rawValue), raw: addressPointer),
            unsafe Arguments.store(UInt(byteCount), raw: size)
        else { throw Status(.accessViolation) }
    }

    /// The range of pages that bytes lie in.
    static func pages(_ address: VirtualAddress, _ size: UInt64) -> (address: VirtualAddress, byteCount: UInt64) {
        let start = address.rawValue & ~0xFFF
        return (VirtualAddress(start), ((address.rawValue &+ size &+ 0xFFF) & ~0xFFF) &- start)
    }

    static func allocate(
        _ process: HANDLE?, _ address: VirtualAddress, _ size: UInt64, _ type: ULONG, _ protection: ULONG,
        zeroBits: UInt64 = 0, parameters: [ExtendedParameter]? = nil
    ) throws(Status) -> VirtualRange {
        try unsafe HandleTable.process(process)
        var request = AllocationRequest(
            base: address.rawValue == 0 ? nil : address, byteCount: size, type: AllocationType(rawValue: type),
            protection: PageProtection(rawValue: protection))
        request.zeroBits = zeroBits
        if let parameters {
            request.isExtended = true
            request.requirements = try withStatus { () throws(NTStatus) in
                try ExtendedParameter.requirements(in: parameters)
            }
        }
        let range = try withStatus { () throws(NTStatus) in try HostProcess.current.allocate(request) }
        if request.protection.contains(.guardPage) { noteGuard(range) }
        return range
    }

    /// Pages of the calling thread's stack that are guarded end the stack there.
    private static func noteGuard(_ range: VirtualRange) {
        strata_vm_guarded(UInt(range.start.rawValue), UInt(range.last.rawValue) &+ 1)
    }

    /// Reads the parameters of an extended call.
    static func parameters(
        _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
    ) throws(Status) -> [ExtendedParameter] {
        guard count > 0 else { return [] }
        guard let parameters = unsafe parameters else { throw Status(.invalidParameter) }
        var result: [ExtendedParameter] = []
        // More than there are types cannot be right, and no two may be alike.
        guard count <= 16 else { throw Status(.invalidParameter) }
        for index in 0..<Int(count) {
            let words = unsafe UnsafeRawPointer(parameters + index).assumingMemoryBound(to: UInt64.self)
            guard let type = unsafe Arguments.load(words, default: 0), let value = unsafe Arguments.load(words + 1, default: 0)
            else { throw Status(.accessViolation) }
            switch type & 0xFF {
            case 1: result.append(.addressRequirements(try requirements(value)))
            case 2: result.append(.numaNode(UInt32(truncatingIfNeeded: value)))
            case 5: result.append(.attributes(value))
            case 6: result.append(.imageMachine(UInt16(truncatingIfNeeded: value)))
            case let other: result.append(.other(other))
            }
        }
        return result
    }

    private static func requirements(_ address: UInt64) throws(Status) -> AddressRequirements {
        let words = unsafe UnsafePointer<UInt64>(bitPattern: UInt(address))
        guard let words = unsafe words else { throw Status(.invalidParameter) }
        guard let lowest = unsafe Arguments.load(words, default: 0), let highest = unsafe Arguments.load(words + 1, default: 0),
            let alignment = unsafe Arguments.load(words + 2, default: 0)
        else { throw Status(.accessViolation) }
        return AddressRequirements(
            lowest: lowest == 0 ? nil : VirtualAddress(lowest), highest: highest == 0 ? nil : VirtualAddress(highest),
            alignment: alignment)
    }

    static func free(_ process: HANDLE?, _ address: VirtualAddress, _ size: UInt64, _ type: ULONG) throws(Status) -> FreedMemory {
        try unsafe HandleTable.process(process)
        return try withStatus { () throws(NTStatus) in
            try HostProcess.current.free(address, byteCount: size, FreeType(rawValue: type))
        }
    }

    static func protect(
        _ process: HANDLE?, _ address: VirtualAddress, _ size: UInt64, _ protection: ULONG
    ) throws(Status) -> (range: VirtualRange, old: PageProtection) {
        try unsafe HandleTable.process(process)
        let word = PageProtection(rawValue: protection)
        let result = try withStatus { () throws(NTStatus) in
            try HostProcess.current.protect(address, byteCount: size, word)
        }
        if word.contains(.guardPage) { noteGuard(result.range) }
        return result
    }

    /// Describes an address in the caller's structure.
    static func query(_ address: VirtualAddress, _ buffer: UnsafeMutableRawPointer?) throws(Status) {
        let block = try withStatus { () throws(NTStatus) in try HostProcess.current.query(address) }
        let information = unsafe MEMORY_BASIC_INFORMATION(
            BaseAddress: Arguments.pointer(block.base), AllocationBase: Arguments.pointer(block.allocationBase),
            AllocationProtect: block.allocationProtection.rawValue, PartitionId: 0, RegionSize: Int(block.byteCount),
            State: block.state.rawValue, Protect: block.protection.rawValue, Type: block.type.rawValue)
        guard unsafe Arguments.store(information, raw: buffer) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func NtAllocateVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ zeroBits: ULONG_PTR, _ size: UnsafeMutablePointer<SIZE_T>?,
    _ type: ULONG, _ protection: ULONG
) -> NTSTATUS {
    native { () throws(Status) in
        let asked = try unsafe MemoryCalls.range(address, size)
        // Placeholders are for the extended call.
        let range = try unsafe MemoryCalls.allocate(
            process, asked.address, asked.size, type, protection, zeroBits: UInt64(zeroBits))
        try unsafe MemoryCalls.report(range.start, range.last.rawValue - range.start.rawValue + 1, address, size)
    }
}

@c @implementation public func NtAllocateVirtualMemoryEx(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG,
    _ protection: ULONG, _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> NTSTATUS {
    native { () throws(Status) in
        let list = try unsafe MemoryCalls.parameters(parameters, count)
        let asked = try unsafe MemoryCalls.range(address, size)
        let range = try unsafe MemoryCalls.allocate(process, asked.address, asked.size, type, protection, parameters: list)
        try unsafe MemoryCalls.report(range.start, range.last.rawValue - range.start.rawValue + 1, address, size)
    }
}

@c @implementation public func NtFreeVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG
) -> NTSTATUS {
    native { () throws(Status) in
        let asked = try unsafe MemoryCalls.range(address, size)
        let freed = try unsafe MemoryCalls.free(process, asked.address, asked.size, type)
        try unsafe MemoryCalls.report(freed.base, freed.byteCount, address, size)
    }
}

@c @implementation public func NtProtectVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ protection: ULONG,
    _ old: UnsafeMutablePointer<ULONG>?
) -> NTSTATUS {
    native { () throws(Status) in
        guard unsafe Arguments.loadForUpdate(old, default: 0) != nil else { throw Status(.accessViolation) }
        let asked = try unsafe MemoryCalls.range(address, size)
        do throws(Status) {
            let result = try unsafe MemoryCalls.protect(process, asked.address, asked.size, protection)
            let range = result.range
            try unsafe MemoryCalls.report(range.start, range.last.rawValue - range.start.rawValue + 1, address, size)
            guard unsafe Arguments.store(result.old.rawValue, old) else { throw Status(.accessViolation) }
        } catch {
            _ = unsafe Arguments.store(PageProtection.noAccess.rawValue, old)
            throw error
        }
    }
}

/// Locks or unlocks pages, in the working set, in memory or in both: there is no difference here.
private func changeLock(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG,
    _ change: (VirtualAddress, UInt64) throws(NTStatus) -> Void
) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        let asked = try unsafe MemoryCalls.range(address, size)
        guard 1...3 ~= type else { throw Status(.invalidParameter) }
        try withStatus { () throws(NTStatus) in try change(asked.address, asked.size) }
        let pages = MemoryCalls.pages(asked.address, asked.size)
        try unsafe MemoryCalls.report(pages.address, pages.byteCount, address, size)
    }
}

@c @implementation public func NtLockVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG
) -> NTSTATUS {
    unsafe changeLock(process, address, size, type) { (base, byteCount) throws(NTStatus) in
        try HostProcess.current.lock(base, byteCount: byteCount)
    }
}

@c @implementation public func NtUnlockVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG
) -> NTSTATUS {
    unsafe changeLock(process, address, size, type) { (base, byteCount) throws(NTStatus) in
        try HostProcess.current.unlock(base, byteCount: byteCount)
    }
}
