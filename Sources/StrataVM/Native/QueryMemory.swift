import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

@c @implementation public func NtQueryVirtualMemory(
    _ process: HANDLE?, _ address: LPCVOID?, _ kind: MEMORY_INFORMATION_CLASS, _ buffer: PVOID?, _ length: SIZE_T,
    _ written: UnsafeMutablePointer<SIZE_T>?
) -> NTSTATUS {
    native { () throws(Status) in
        let place = unsafe Arguments.address(address)
        let needed: Int
        switch kind {
        case MemoryBasicInformation:
            needed = unsafe MemoryLayout<MEMORY_BASIC_INFORMATION>.size
            guard length >= needed else { throw Status(.infoLengthMismatch) }
            try unsafe HandleTable.process(process)
            try unsafe MemoryCalls.query(place, buffer)
        case MemoryRegionInformation:
            needed = unsafe MemoryLayout<MEMORY_REGION_INFORMATION>.size
            // The last members came later: callers may not know them.
            guard length >= 24 else { throw Status(.infoLengthMismatch) }
            try unsafe HandleTable.process(process)
            try unsafe region(place, buffer, wordCount: min(length / 8, 6))
        case MemoryWorkingSetExInformation:
            needed = length
            let size = unsafe MemoryLayout<MEMORY_WORKING_SET_EX_INFORMATION>.size
            guard length >= size else { throw Status(.infoLengthMismatch) }
            try unsafe HandleTable.process(process)
            for offset in stride(from: 0, through: length - size, by: size) {
                try unsafe workingSet(buffer.map { unsafe $0 + offset })
            }
        case MemoryWorkingSetInformation:
            try unsafe HandleTable.process(process, access: 0x400)
            needed = try unsafe WorkingSet.query(buffer, length)
        case MemoryMappedFilenameInformation:
            try unsafe HandleTable.process(process)
            needed = try unsafe name(place, buffer, length)
        case MemoryImageInformation:
            needed = unsafe MemoryLayout<MEMORY_IMAGE_INFORMATION>.size
            guard length >= needed else { throw Status(.infoLengthMismatch) }
            try unsafe HandleTable.process(process)
            try unsafe image(place, buffer)
        default:
            throw .invalidInformationClass
        }
        if unsafe written != nil, unsafe !Arguments.store(needed, written) { throw Status(.accessViolation) }
    }
}

private func region(_ address: VirtualAddress, _ buffer: PVOID?, wordCount: Int) throws(Status) {
    let region = try withStatus { () throws(NTStatus) in try HostProcess.current.queryRegion(address) }
    let words: [UInt64] = [
        region.allocationBase.rawValue, UInt64(region.allocationProtection.rawValue), region.byteCount, region.commitSize, 0, 0,
    ]
    for (index, word) in words.prefix(wordCount).enumerated() {
        guard unsafe Arguments.store(word, raw: buffer.map { unsafe $0 + index * 8 }) else { throw Status(.accessViolation) }
    }
}

/// What one page is to the working set.
private func workingSet(_ entry: PVOID?) throws(Status) {
    guard let address = unsafe Arguments.load(entry?.assumingMemoryBound(to: UInt64.self), default: 0) else {
        throw Status(.accessViolation)
    }
    let page = HostProcess.current.pageState(VirtualAddress(address))
    var flags: UInt64 = 0
    if page.isValid {
        flags = 1 | (page.isShared ? 1 : 0) << 1 | UInt64(page.protection.rawValue & 0x7FF) << 4
        if page.isShared { flags |= 1 << 15 }
    } else if page.isShared {
        flags = 1 << 15
    }
    guard unsafe Arguments.store(flags, raw: entry.map { unsafe $0 + 8 }) else { throw Status(.accessViolation) }
}

/// The name of the file behind an address, after its counted string.
private func name(_ address: VirtualAddress, _ buffer: PVOID?, _ length: SIZE_T) throws(Status) -> Int {
    let units = Array(try MemoryCalls.fileName(at: address).utf16) + [0]
    let header = unsafe MemoryLayout<UNICODE_STRING>.size
    let needed = header + units.count * 2
    guard length >= needed else { throw length < header ? Status(.infoLengthMismatch) : Status(0x8000_0005) }
    let text = unsafe buffer.map { unsafe $0 + header }
    let sizes = UInt64(units.count * 2 - 2) | UInt64(units.count * 2) << 16
    guard unsafe Arguments.store(sizes, raw: buffer),
        unsafe Arguments.store(UInt(bitPattern: text), raw: buffer.map { unsafe $0 + 8 })
    else {
        throw Status(.accessViolation)
    }
    for (index, unit) in units.enumerated() {
        guard unsafe Arguments.store(unit, raw: text.map { unsafe $0 + index * 2 }) else { throw Status(.accessViolation) }
    }
    return needed
}

private func image(_ address: VirtualAddress, _ buffer: PVOID?) throws(Status) {
    let block = try withStatus { () throws(NTStatus) in try HostProcess.current.query(address) }
    guard block.state != .free else { throw Status(.invalidAddress) }
    var words: [UInt64] = [0, 0, 0]
    if let image = HostProcess.current.image(at: address) {
        words = [
            image.base.rawValue, image.byteCount, image.isPartial ? 0x1 : 0,
        ]
    }
    for (index, word) in words.enumerated() {
        guard unsafe Arguments.store(word, raw: buffer.map { unsafe $0 + index * 8 }) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func NtAreMappedFilesTheSame(_ first: PVOID?, _ second: PVOID?) -> NTSTATUS {
    native { () throws(Status) in
        let process = HostProcess.current
        let blocks = try withStatus { () throws(NTStatus) in
            unsafe (try process.query(Arguments.address(first)), try process.query(Arguments.address(second)))
        }
        guard blocks.0.state != .free, blocks.1.state != .free else { throw Status(.invalidAddress) }
        guard blocks.0.type != .privateMemory, blocks.1.type != .privateMemory else { throw Status(.conflictingAddresses) }
        if blocks.0.allocationBase == blocks.1.allocationBase { return }
        // What the first of them was loaded from: views of data are never the same.
        guard blocks.0.type == .image, let one = process.file(at: blocks.0.base), let other = process.file(at: blocks.1.base),
            one == other
        else { throw .notTheSameDevice }
    }
}
