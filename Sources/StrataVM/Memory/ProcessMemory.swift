import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// Copies between two places of this process: nothing where not all of the source can be read, and up to the first page of the target
/// that cannot be written.
private func copy(
    _ process: HANDLE?, _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: SIZE_T,
    _ count: UnsafeMutablePointer<SIZE_T>?
) throws(Status) {
    if unsafe count != nil, unsafe !Arguments.store(0, count) { throw Status(.accessViolation) }
    try unsafe HandleTable.process(process)
    let length = Int(size)
    guard length >= 0, host_probe(UInt(bitPattern: from), length, false) else { throw Status(.partialCopy) }
    var done = 0
    defer { if unsafe count != nil { _ = unsafe Arguments.store(SIZE_T(done), count) } }
    if host_probe(UInt(bitPattern: to), length, true), unsafe length == 0 || host_copy(to, from, length) {
        done = length
        return
    }
    let page = Int(host_page_size())
    while done < length, let target = unsafe to.map({ unsafe $0 + done }), let source = unsafe from.map({ unsafe $0 + done }) {
        let step = min(length - done, page - Int(UInt(bitPattern: target) % UInt(page)))
        guard host_probe(UInt(bitPattern: target), step, true), unsafe host_copy(target, source, step) else { break }
        done += step
    }
    throw Status(.partialCopy)
}

@c @implementation public func NtReadVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeRawPointer?, _ buffer: UnsafeMutableRawPointer?, _ size: SIZE_T,
    _ count: UnsafeMutablePointer<SIZE_T>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe copy(process, buffer, address, size, count) }
}

@c @implementation public func NtWriteVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutableRawPointer?, _ buffer: UnsafeRawPointer?, _ size: SIZE_T,
    _ count: UnsafeMutablePointer<SIZE_T>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe copy(process, address, buffer, size, count) }
}

@c @implementation public func ReadProcessMemory(
    _ process: HANDLE?, _ address: LPCVOID?, _ buffer: LPVOID?, _ size: SIZE_T, _ count: UnsafeMutablePointer<SIZE_T>?
) -> BOOL {
    win32 { () throws(Status) in try unsafe copy(process, buffer, address, size, count) }
}

/// A run of code that can be written for a while, and the protection that it gets back.
private typealias OpenedCode = (start: VirtualAddress, byteCount: UInt64, protection: PageProtection)

/// Lets code be written, which is what debuggers and patchers use the call for; nothing else is opened. Blocks differ in what they get
/// back.
private func openCode(_ start: VirtualAddress, _ byteCount: UInt64) throws(Status) -> [OpenedCode] {
    var opened: [OpenedCode] = []
    let (end, overflow) = start.rawValue.addingReportingOverflow(byteCount)
    var at = start
    while !overflow, at.rawValue < end, let block = try? HostProcess.current.query(at), block.state == .committed {
        // What begins where it can be written anyway is written as far as that goes, as on Windows: code behind it stays closed.
        if at == start, block.protection.allowsWriting { break }
        let next = min(block.base.rawValue + block.byteCount, end)
        let size = next - at.rawValue
        if !block.protection.allowsWriting {
            guard block.protection.allowsExecution,
                (try? HostProcess.current.protect(at, byteCount: size, .executeReadWrite)) != nil
            else {
                // What can be written before it is, as elsewhere.
                guard at == start else { break }
                throw Status(.accessViolation)
            }
            opened.append((at, size, block.protection))
        }
        at = VirtualAddress(next)
    }
    return opened
}

private func close(_ opened: [OpenedCode]) {
    for run in opened { _ = try? HostProcess.current.protect(run.start, byteCount: run.byteCount, run.protection) }
}

@c @implementation public func WriteProcessMemory(
    _ process: HANDLE?, _ address: LPVOID?, _ buffer: LPCVOID?, _ size: SIZE_T, _ count: UnsafeMutablePointer<SIZE_T>?
) -> BOOL {
    win32 { () throws(Status) in
        try unsafe HandleTable.process(process)
        try unsafe HandleTable.process(process)
        let opened = try unsafe openCode(Arguments.address(address), UInt64(UInt(bitPattern: size)))
        defer { close(opened) }
        try unsafe copy(process, address, buffer, size, count)
    }
}

/// Whether a range of bytes cannot be read, or written. What this thread's stack has not grown to is not there yet, although a touch
/// would bring it.
private func isBad(_ address: UInt, _ size: UINT_PTR, writing: Bool) -> BOOL {
    let count = Int(bitPattern: UInt(size))
    return strata_vm_is_beyond_stack(address, count) || !host_probe(address, count, writing) ? 1 : 0
}

@c @implementation public func IsBadReadPtr(_ address: UnsafeRawPointer?, _ size: UINT_PTR) -> BOOL {
    isBad(UInt(bitPattern: address), size, writing: false)
}

@c @implementation public func IsBadWritePtr(_ address: LPVOID?, _ size: UINT_PTR) -> BOOL {
    isBad(UInt(bitPattern: address), size, writing: true)
}

@c @implementation public func IsBadCodePtr(_ address: FARPROC?) -> BOOL {
    unsafe isBad(UInt(bitPattern: unsafeBitCast(address, to: Int.self)), 1, writing: false)
}

/// Whether a text's bytes up to its zero, or to the limit, cannot be read.
private func isBadText<Unit: FixedWidthInteger & BitwiseCopyable>(_ text: UnsafePointer<Unit>?, _ limit: UINT_PTR) -> BOOL {
    guard let text = unsafe text else { return 1 }
    var index: UINT_PTR = 0
    while index < limit {
        guard let unit = unsafe Arguments.load(text + Int(index), default: 0) else { return 1 }
        if unit == 0 { break }
        index += 1
    }
    return 0
}

@c @implementation public func IsBadStringPtrA(_ text: LPCSTR?, _ limit: UINT_PTR) -> BOOL { unsafe isBadText(text, limit) }
@c @implementation public func IsBadStringPtrW(_ text: LPCWSTR?, _ limit: UINT_PTR) -> BOOL { unsafe isBadText(text, limit) }
