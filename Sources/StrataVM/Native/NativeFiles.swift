import CHostMemory
import CStrataVM
import SystemPackage

/// Runs a transfer of the native interface.
///
/// - Parameter body: what is done with the file, at an offset or where it is: the bytes that were transferred.
private func transfer(
    _ file: HANDLE?, _ event: HANDLE?, _ status: PIO_STATUS_BLOCK?, _ offset: PLARGE_INTEGER?, access: UInt32,
    _ body: (FileDescriptor, Int64?) throws -> Int
) -> NTSTATUS {
    native { () throws(Status) in
        let (object, granted) = try unsafe HandleTable.file(file)
        guard granted & access != 0 else { throw Status(.accessDenied) }
        let signal = try Int(bitPattern: event) == 0 ? nil : unsafe HandleTable.event(event)
        if let signal { Waits.locked { signal.isSet = false } }
        let count: Int
        do {
            count = try unsafe body(object.descriptor, place(offset))
        } catch let error as Status {
            throw error
        } catch let error as Errno {
            throw Status(ntStatus(error))
        } catch {
            throw Status(0xC000_0001)
        }
        let words = UnsafeMutableRawPointer(status)
        guard unsafe Arguments.store(0 as UInt64, raw: words),
            unsafe Arguments.store(UInt64(count), raw: words.map { unsafe $0 + 8 })
        else { throw Status(.accessViolation) }
        if let signal { Waits.locked { signal.isSet = true } }
    }
}

/// Where to read or write; nil for where the file is, which is said by no offset or by the number -2.
private func place(_ offset: PLARGE_INTEGER?) throws(Status) -> Int64? {
    guard let offset = unsafe offset else { return nil }
    guard let value = unsafe Arguments.load(UnsafeRawPointer(offset).assumingMemoryBound(to: Int64.self), default: 0) else {
        throw Status(.accessViolation)
    }
    if value == -2 { return nil }
    guard value >= 0 else { throw Status(.invalidParameter) }
    return value
}

private func ntStatus(_ error: Errno) -> UInt32 {
    switch error {
    case .badAddress: 0xC000_0005
    case .noSpace, .diskQuotaExceeded: 0xC000_007F
    case .permissionDenied, .notPermitted, .badFileDescriptor: 0xC000_0022
    case .invalidArgument: 0xC000_000D
    default: 0xC000_0001
    }
}

@c @implementation public func NtReadFile(
    _ file: HANDLE?, _ event: HANDLE?, _ routine: PIO_APC_ROUTINE?, _ context: PVOID?, _ status: PIO_STATUS_BLOCK?,
    _ buffer: PVOID?, _ length: ULONG, _ offset: PLARGE_INTEGER?, _ key: PULONG?
) -> NTSTATUS {
    unsafe transfer(file, event, status, offset, access: 0x1) { descriptor, place in
        // The kernel does not come here when it meets a page that is watched or copied on write: open them before.
        guard host_probe(UInt(bitPattern: buffer), Int(length), true) else { throw Status(.accessViolation) }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(length))
        let count =
            try unsafe place.map { try unsafe descriptor.read(fromAbsoluteOffset: $0, into: bytes) }
            ?? descriptor.read(into: bytes)
        guard count > 0 || length == 0 else { throw Status(0xC000_0011) }
        return count
    }
}

@c @implementation public func NtWriteFile(
    _ file: HANDLE?, _ event: HANDLE?, _ routine: PIO_APC_ROUTINE?, _ context: PVOID?, _ status: PIO_STATUS_BLOCK?,
    _ buffer: UnsafeRawPointer?, _ length: ULONG, _ offset: PLARGE_INTEGER?, _ key: PULONG?
) -> NTSTATUS {
    unsafe transfer(file, event, status, offset, access: 0x6) { descriptor, place in
        guard host_probe(UInt(bitPattern: buffer), Int(length), false) else { throw Status(.accessViolation) }
        let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: Int(length))
        return try unsafe place.map { try unsafe descriptor.writeAll(toAbsoluteOffset: $0, bytes) } ?? descriptor.writeAll(bytes)
    }
}
