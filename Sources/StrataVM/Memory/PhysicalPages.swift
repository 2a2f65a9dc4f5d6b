import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

private func frames(_ count: UnsafeMutablePointer<ULONG_PTR>?) throws(Status) -> Int {
    guard let count = unsafe Arguments.loadForUpdate(count, default: 0) else { throw Status(.accessViolation) }
    guard count < 1 << 34 else { throw Status(.invalidParameter) }
    return Int(count)
}

private func load(_ count: Int, _ frames: UnsafeMutablePointer<ULONG_PTR>?) throws(Status) -> [UInt64] {
    try unsafe load(count, frames, default: 0) { UInt64($0) }
}

/// The elements of the caller's array, each brought into a form of ours.
private func load<Element: BitwiseCopyable, Result>(
    _ count: Int, _ array: UnsafeMutablePointer<Element>?, default value: Element, _ form: (Element) -> Result
) throws(Status) -> [Result] {
    var result: [Result] = []
    for index in 0..<count {
        guard let element = unsafe Arguments.load(array.map { unsafe $0 + index }, default: value) else {
            throw Status(.accessViolation)
        }
        result.append(form(element))
    }
    return result
}

private func allocate(
    _ process: HANDLE?, _ count: UnsafeMutablePointer<ULONG_PTR>?, _ array: UnsafeMutablePointer<ULONG_PTR>?
) throws(Status) {
    try unsafe HandleTable.process(process)
    let wanted = try unsafe frames(count)
    guard host_probe(UInt(bitPattern: array), wanted * 8, true) else { throw Status(.accessViolation) }
    let given = try withStatus { () throws(NTStatus) in try HostProcess.current.allocateFrames(wanted) }
    for (index, frame) in given.enumerated() {
        guard unsafe Arguments.store(ULONG_PTR(frame), array.map { unsafe $0 + index }) else {
            try? HostProcess.current.freeFrames(given)
            throw Status(.accessViolation)
        }
    }
    _ = unsafe Arguments.store(ULONG_PTR(given.count), count)
}

private func map(_ address: PVOID?, _ count: ULONG_PTR, _ array: UnsafeMutablePointer<ULONG_PTR>?) throws(Status) {
    guard count < 1 << 34 else { throw Status(.invalidParameter) }
    let frames = unsafe array == nil ? nil : try load(Int(count), array)
    try withStatus { () throws(NTStatus) in
        try unsafe HostProcess.current.mapFrames(Arguments.address(address), pageCount: Int(count), frames: frames)
    }
}

private func scatter(
    _ addresses: UnsafeMutablePointer<PVOID?>?, _ count: ULONG_PTR, _ array: UnsafeMutablePointer<ULONG_PTR>?
) throws(Status) {
    guard count < 1 << 34 else { throw Status(.invalidParameter) }
    let pages = try unsafe load(Int(count), addresses, default: nil) { unsafe Arguments.address($0) }
    let frames = unsafe array == nil ? nil : try load(Int(count), array)
    try withStatus { () throws(NTStatus) in try HostProcess.current.mapFrames(at: pages, frames: frames) }
}

private func free(
    _ process: HANDLE?, _ count: UnsafeMutablePointer<ULONG_PTR>?, _ array: UnsafeMutablePointer<ULONG_PTR>?
) throws(Status) {
    try unsafe HandleTable.process(process)
    let given = try unsafe load(try frames(count), array)
    try withStatus { () throws(NTStatus) in try HostProcess.current.freeFrames(given) }
}

@c @implementation public func AllocateUserPhysicalPages(_ process: HANDLE?, _ count: PULONG_PTR?, _ frames: PULONG_PTR?) -> BOOL
{
    win32 { () throws(Status) in try unsafe allocate(process, count, frames) }
}

@c @implementation public func MapUserPhysicalPages(_ address: PVOID?, _ count: ULONG_PTR, _ frames: PULONG_PTR?) -> BOOL {
    win32 { () throws(Status) in try unsafe map(address, count, frames) }
}

@c @implementation public func MapUserPhysicalPagesScatter(
    _ addresses: UnsafeMutablePointer<PVOID?>?, _ count: ULONG_PTR, _ frames: PULONG_PTR?
) -> BOOL {
    win32 { () throws(Status) in try unsafe scatter(addresses, count, frames) }
}

@c @implementation public func FreeUserPhysicalPages(_ process: HANDLE?, _ count: PULONG_PTR?, _ frames: PULONG_PTR?) -> BOOL {
    win32 { () throws(Status) in try unsafe free(process, count, frames) }
}

@c @implementation public func NtAllocateUserPhysicalPages(
    _ process: HANDLE?, _ count: UnsafeMutablePointer<ULONG_PTR>?, _ frames: UnsafeMutablePointer<ULONG_PTR>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe allocate(process, count, frames) }
}

@c @implementation public func NtMapUserPhysicalPages(
    _ address: PVOID?, _ count: ULONG_PTR, _ frames: UnsafeMutablePointer<ULONG_PTR>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe map(address, count, frames) }
}

@c @implementation public func NtMapUserPhysicalPagesScatter(
    _ addresses: UnsafeMutablePointer<PVOID?>?, _ count: ULONG_PTR, _ frames: UnsafeMutablePointer<ULONG_PTR>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe scatter(addresses, count, frames) }
}

@c @implementation public func NtFreeUserPhysicalPages(
    _ process: HANDLE?, _ count: UnsafeMutablePointer<ULONG_PTR>?, _ frames: UnsafeMutablePointer<ULONG_PTR>?
) -> NTSTATUS {
    native { () throws(Status) in try unsafe free(process, count, frames) }
}

@c @implementation public func GetLargePageMinimum() -> SIZE_T { 0x20_0000 }
