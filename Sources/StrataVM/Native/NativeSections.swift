import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// The name and the flags of an object.
private func attributes(
    _ attributes: UnsafePointer<OBJECT_ATTRIBUTES>?
) throws(Status) -> (name: [UInt16]?, opensExisting: Bool) {
    guard let attributes = unsafe attributes else { return (nil, false) }
    let bytes = unsafe UnsafeRawPointer(attributes)
    guard let length = unsafe Arguments.load(bytes.assumingMemoryBound(to: UInt32.self), default: 0),
        let name = unsafe Arguments.load((bytes + 16).assumingMemoryBound(to: UInt.self), default: 0),
        let flags = unsafe Arguments.load((bytes + 24).assumingMemoryBound(to: UInt32.self), default: 0)
    else { throw Status(.accessViolation) }
    guard unsafe length == UInt32(MemoryLayout<OBJECT_ATTRIBUTES>.size) else { throw Status(.invalidParameter) }
    guard let string = unsafe UnsafePointer<UInt16>(bitPattern: name) else { return (nil, false) }
    guard let size = unsafe Arguments.load(string, default: 0),
        let buffer = unsafe Arguments.load((UnsafeRawPointer(string) + 8).assumingMemoryBound(to: UInt.self), default: 0)
    else { throw Status(.accessViolation) }
    guard size > 0 else { return (nil, false) }
    guard size & 1 == 0, let text = unsafe UnsafePointer<UInt16>(bitPattern: buffer) else { throw .objectNameInvalid }
    var units: [UInt16] = []
    for index in 0..<Int(size / 2) {
        guard let unit = unsafe Arguments.load(text + index, default: 0) else { throw Status(.accessViolation) }
        units.append(unit)
    }
    return (units, flags & 0x80 != 0)
}

private func create(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?,
    _ size: UnsafePointer<LARGE_INTEGER>?, _ protection: ULONG, _ type: ULONG, _ file: HANDLE?
) -> NTSTATUS {
    var exists = false
    let status = native { () throws(Status) in
        guard unsafe Arguments.store(0 as UInt, raw: section) else { throw Status(.accessViolation) }
        let (name, opensExisting) = try unsafe attributes(object)
        var byteCount: UInt64 = 0
        if let size = unsafe size {
            guard let value = unsafe Arguments.load(UnsafeRawPointer(size).assumingMemoryBound(to: UInt64.self), default: 0)
            else {
                throw Status(.accessViolation)
            }
            byteCount = value
        }
        let made = try unsafe SectionCalls.create(
            access: access, name: name, opensExisting: opensExisting, byteCount: byteCount, protection: protection,
            attributes: type, file: file)
        _ = unsafe Arguments.store(UInt(bitPattern: made.handle), raw: section)
        exists = unsafe made.exists
    }
    return status == 0 && exists ? Status.objectNameExists.rawValue : status
}

@c @implementation public func NtCreateSection(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?,
    _ size: UnsafePointer<LARGE_INTEGER>?, _ protection: ULONG, _ type: ULONG, _ file: HANDLE?
) -> NTSTATUS {
    unsafe create(section, access, object, size, protection, type, file)
}

@c @implementation public func NtCreateSectionEx(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?,
    _ size: UnsafePointer<LARGE_INTEGER>?, _ protection: ULONG, _ type: ULONG, _ file: HANDLE?,
    _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> NTSTATUS {
    let checked = native { () throws(Status) in _ = try unsafe MemoryCalls.parameters(parameters, count) }
    return unsafe checked < 0 ? checked : create(section, access, object, size, protection, type, file)
}

@c @implementation public func NtOpenSection(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?
) -> NTSTATUS {
    native { () throws(Status) in
        guard unsafe Arguments.store(0 as UInt, raw: section) else { throw Status(.accessViolation) }
        guard let name = try unsafe attributes(object).name else { throw .objectNameInvalid }
        let handle = try unsafe SectionCalls.open(access: access, name: name)
        _ = unsafe Arguments.store(UInt(bitPattern: handle), raw: section)
    }
}

private func map(
    _ handle: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ zeroBits: UInt64,
    _ offset: UnsafePointer<LARGE_INTEGER>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG, _ protection: ULONG,
    _ parameters: [ExtendedParameter]? = nil, commitSize: UInt64 = 0
) -> NTSTATUS {
    var result: NTSTATUS = 0
    let status = native { () throws(Status) in
        result = try unsafe mapped(handle, process, address, zeroBits, offset, size, type, protection, parameters, commitSize)
    }
    return status == 0 ? result : status
}

private func mapped(
    _ handle: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ zeroBits: UInt64,
    _ offset: UnsafePointer<LARGE_INTEGER>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG, _ protection: ULONG,
    _ parameters: [ExtendedParameter]?, _ commitSize: UInt64
) throws(Status) -> NTSTATUS {
    let asked = try unsafe MemoryCalls.range(address, size)
    let requirements = try parameters.flatMap { list throws(Status) in
        try withStatus { () throws(NTStatus) in try ExtendedParameter.requirements(in: list) }
    }
    var place: UInt64 = 0
    if let offset = unsafe offset {
        guard let value = unsafe Arguments.load(UnsafeRawPointer(offset).assumingMemoryBound(to: UInt64.self), default: 0)
        else {
            throw Status(.accessViolation)
        }
        place = value
    }
    try unsafe HandleTable.process(process)
    let word = PageProtection(rawValue: protection)
    let object = try unsafe HandleTable.section(handle)
    _ = try unsafe HandleTable.section(handle, access: SectionCalls.needed(word))
    // All of a view is committed where anything of it can be, but no more can be asked for than it has.
    if !object.section.attributes.contains(.file) {
        let whole = asked.size == 0 ? object.section.byteCount : asked.size
        guard commitSize <= whole else { throw Status(.invalidParameter5) }
    }
    let view = try withStatus { () throws(NTStatus) in
        try HostProcess.current.mapView(of: object.section, word) { request in
            request.base = asked.address.rawValue == 0 ? nil : asked.address
            request.offset = place
            request.byteCount = asked.size
            request.zeroBits = zeroBits
            request.type = AllocationType(rawValue: type)
            request.requirements = requirements
            request.imageMachine = parameters.flatMap(ExtendedParameter.imageMachine(in:))
        }
    }
    try unsafe MemoryCalls.report(view.range.start, view.range.last.rawValue - view.range.start.rawValue + 1, address, size)
    if unsafe offset != nil {
        // What was used, for callers that round themselves.
        _ = unsafe Arguments.store(place, raw: UnsafeMutableRawPointer(mutating: offset))
    }
    return view.isAtBase ? 0 : Status(.imageNotAtBase).rawValue
}

@c @implementation public func NtMapViewOfSection(
    _ section: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ zeroBits: ULONG_PTR, _ commitSize: SIZE_T,
    _ offset: UnsafePointer<LARGE_INTEGER>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ inherit: SECTION_INHERIT, _ type: ULONG,
    _ protection: ULONG
) -> NTSTATUS {
    guard inherit == ViewShare || inherit == ViewUnmap else { return Status(.invalidParameter8).rawValue }
    return unsafe map(
        section, process, address, UInt64(zeroBits), offset, size, type, protection,
        commitSize: UInt64(UInt(bitPattern: commitSize)))
}

@c @implementation public func NtMapViewOfSectionEx(
    _ section: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ offset: UnsafePointer<LARGE_INTEGER>?,
    _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG, _ protection: ULONG,
    _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> NTSTATUS {
    var list: [ExtendedParameter] = []
    let checked = native { () throws(Status) in list = try unsafe MemoryCalls.parameters(parameters, count) }
    return unsafe checked < 0 ? checked : map(section, process, address, 0, offset, size, type, protection, list)
}

@c @implementation public func NtExtendSection(_ handle: HANDLE?, _ size: UnsafeMutablePointer<LARGE_INTEGER>?) -> NTSTATUS {
    native { () throws(Status) in
        guard let size = unsafe size,
            let wanted = unsafe Arguments.load(UnsafeRawPointer(size).assumingMemoryBound(to: UInt64.self), default: 0),
            unsafe Arguments.store(wanted, raw: size)
        else {
            throw Status(.accessViolation)
        }
        let section = try unsafe HandleTable.section(handle, access: 0x10).section
        let byteCount = try withStatus { () throws(NTStatus) in
            try HostProcess.current.extend(section, to: wanted)
        }
        _ = unsafe Arguments.store(byteCount, raw: size)
    }
}

/// Demands a buffer that is large enough and that can be written, all of it.
private func buffered(_ buffer: UnsafeMutableRawPointer?, _ length: SIZE_T, atLeast needed: Int) throws(Status) {
    guard length >= needed else { throw Status(.infoLengthMismatch) }
    guard let count = Int(exactly: length), host_probe(UInt(bitPattern: buffer), count, true) else {
        throw Status(.accessViolation)
    }
}

@c @implementation public func NtQuerySection(
    _ handle: HANDLE?, _ kind: SECTION_INFORMATION_CLASS, _ buffer: UnsafeMutableRawPointer?, _ length: SIZE_T,
    _ written: UnsafeMutablePointer<SIZE_T>?
) -> NTSTATUS {
    native { () throws(Status) in
        let needed: Int
        switch kind {
        case SectionBasicInformation:
            needed = unsafe MemoryLayout<SECTION_BASIC_INFORMATION>.size
            try unsafe buffered(buffer, length, atLeast: needed)
            let section = try unsafe HandleTable.section(handle, access: 0x1).section
            guard unsafe Arguments.store(0 as UInt64, raw: buffer),
                unsafe Arguments.store(UInt64(section.attributes.rawValue), raw: buffer.map { unsafe $0 + 8 }),
                unsafe Arguments.store(section.byteCount, raw: buffer.map { unsafe $0 + 16 })
            else { throw Status(.accessViolation) }
        case SectionImageInformation:
            needed = unsafe MemoryLayout<SECTION_IMAGE_INFORMATION>.size
            try unsafe buffered(buffer, length, atLeast: needed)
            let section = try unsafe HandleTable.section(handle, access: 0x1).section
            guard let image = section.image else { throw Status(0xC000_0049) }
            var information = unsafe SECTION_IMAGE_INFORMATION()
            unsafe information.TransferAddress = unsafe Arguments.pointer(VirtualAddress(image.preferredBase &+ image.entryPoint))
            unsafe information.ImageCharacteristics = image.characteristics.rawValue
            unsafe information.DllCharacteristics = image.libraryCharacteristics.rawValue
            unsafe information.Machine = image.machine
            unsafe information.ImageContainsCode = image.parts.contains { $0.protection.allowsExecution } ? 1 : 0
            guard unsafe Arguments.store(information, raw: buffer) else { throw Status(.accessViolation) }
        default:
            throw .invalidInformationClass
        }
        if unsafe written != nil, unsafe !Arguments.store(needed, written) { throw Status(.accessViolation) }
    }
}

@c @implementation public func NtFlushVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<LPCVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?,
    _ status: UnsafeMutablePointer<IO_STATUS_BLOCK>?
) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        let raw = unsafe UnsafeMutableRawPointer(address)?.assumingMemoryBound(to: PVOID?.self)
        let asked = try unsafe MemoryCalls.range(raw, size)
        let range = try withStatus { () throws(NTStatus) in
            try HostProcess.current.flush(asked.address, byteCount: asked.size)
        }
        try unsafe MemoryCalls.report(range.start, range.last.rawValue - range.start.rawValue + 1, raw, size)
        if let status = unsafe status { _ = unsafe Arguments.store(0 as UInt64, raw: UnsafeMutableRawPointer(status)) }
    }
}
