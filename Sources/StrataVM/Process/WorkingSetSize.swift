import CStrataVM
import HostVirtualMemory
import VirtualMemory

/// What a caller gives or is given as `QUOTA_LIMITS` or `QUOTA_LIMITS_EX`: words, of which two are the limits of the working set.
private enum QuotaLimits {
    static let size = MemoryLayout<QUOTA_LIMITS>.size
    static let extendedSize = MemoryLayout<QUOTA_LIMITS_EX>.size

    /// Where the words of the limits are, and that of the flags.
    static let (minimum, maximum, flags) = (2, 3, 10)
}

/// Sets the limits, or empties the working set where both are as large as can be.
///
/// - Returns: false where a limit was moved to the nearest possible one.
private func setLimits(
    _ process: HANDLE?, minimum: UInt64, maximum: UInt64, _ flags: WorkingSetLimits.Flags
) throws(Status) -> Bool {
    try unsafe HandleTable.process(process, access: 0x100)
    guard flags.isValid else { throw Status(.invalidParameter) }
    guard minimum != .max || maximum != .max else {
        HostProcess.current.emptyWorkingSet()
        return true
    }
    do throws(WorkingSetLimitError) {
        return try HostProcess.current.setWorkingSetLimits(
            minimum: minimum, maximum: maximum, flags, available: HostMemoryFigures().availableToProcess)
    } catch {
        switch error {
        case .flags: throw Status(.invalidParameter)
        // STATUS_BAD_WORKING_SET_LIMIT.
        case .range: throw Status(0xC000_004C)
        case .tooLarge: throw Status(.insufficientResources)
        }
    }
}

@c func strata_vm_query_quota(_ process: HANDLE?, _ buffer: PVOID?, _ length: ULONG, _ written: PULONG?) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process, access: 0x1000)
        guard length == QuotaLimits.size || length == QuotaLimits.extendedSize else { throw Status(.infoLengthMismatch) }
        let limits = HostProcess.current.workingSetLimits
        // What is not limited is as large as can be.
        var words = [UInt64](repeating: .max, count: 6)
        words[QuotaLimits.minimum] = limits.minimum
        words[QuotaLimits.maximum] = limits.maximum
        if length == QuotaLimits.extendedSize { words += [0, 0, 0, 0, UInt64(limits.flags.rawValue)] }
        try unsafe Arguments.store(all: words, buffer)
        if unsafe written != nil, unsafe !Arguments.store(length, written) { throw Status(.accessViolation) }
    }
}

@c func strata_vm_set_quota(_ process: HANDLE?, _ buffer: PVOID?, _ length: ULONG) -> NTSTATUS {
    native { () throws(Status) in
        guard length == QuotaLimits.size || length == QuotaLimits.extendedSize else { throw Status(.infoLengthMismatch) }
        let words = unsafe UnsafeRawPointer(buffer)?.assumingMemoryBound(to: UInt64.self)
        func word(_ index: Int) throws(Status) -> UInt64 {
            guard let value = unsafe Arguments.load(words.map { unsafe $0 + index }, default: 0) else {
                throw Status(.accessViolation)
            }
            return value
        }
        let (minimum, maximum) = (try word(QuotaLimits.minimum), try word(QuotaLimits.maximum))
        let flags = length == QuotaLimits.size ? 0 : UInt32(truncatingIfNeeded: try word(QuotaLimits.flags))
        // Limits of other things are not kept; without one of the two the working set is not meant.
        guard minimum != 0, maximum != 0 else { return try unsafe HandleTable.process(process, access: 0x100) }
        let isExact = try unsafe setLimits(process, minimum: minimum, maximum: maximum, .init(rawValue: flags))
        // STATUS_WORKING_SET_LIMIT_RANGE, which is a success.
        guard isExact else { throw Status(0x4000_0002) }
    }
}

@c @implementation public func SetProcessWorkingSetSizeEx(
    _ process: HANDLE?, _ minimum: SIZE_T, _ maximum: SIZE_T, _ flags: DWORD
) -> BOOL {
    win32 { () throws(Status) in
        guard minimum != 0, maximum != 0 else { throw Status(.invalidParameter) }
        _ = try unsafe setLimits(
            process, minimum: UInt64(UInt(bitPattern: minimum)), maximum: UInt64(UInt(bitPattern: maximum)),
            .init(rawValue: flags))
    }
}

private func limits(_ process: HANDLE?, _ minimum: PSIZE_T?, _ maximum: PSIZE_T?) throws(Status) -> WorkingSetLimits {
    try unsafe HandleTable.process(process, access: 0x1000)
    let limits = HostProcess.current.workingSetLimits
    guard unsafe Arguments.store(SIZE_T(limits.minimum), minimum), unsafe Arguments.store(SIZE_T(limits.maximum), maximum) else {
        throw Status(.accessViolation)
    }
    return limits
}

@c @implementation public func GetProcessWorkingSetSize(_ process: HANDLE?, _ minimum: PSIZE_T?, _ maximum: PSIZE_T?) -> BOOL {
    win32 { () throws(Status) in _ = try unsafe limits(process, minimum, maximum) }
}

@c @implementation public func GetProcessWorkingSetSizeEx(
    _ process: HANDLE?, _ minimum: PSIZE_T?, _ maximum: PSIZE_T?, _ flags: PDWORD?
) -> BOOL {
    win32 { () throws(Status) in
        let limits = try unsafe limits(process, minimum, maximum)
        guard unsafe Arguments.store(limits.flags.rawValue, flags) else { throw Status(.accessViolation) }
    }
}
