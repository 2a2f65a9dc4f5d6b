import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// The name and the flags of an object.
private func attributes(
    _ attributes: UnsafePointer<OBJECT_ATTRIBUTES>?
) throws(Status) -> (name: [UInt16]?, opensExisting: Bool) {
    guard let attributes else { return (nil, false) }
    let bytes = UnsafeRawPointer(attributes)
    guard let length = Arguments.load(bytes.assumingMemoryBound(to: UInt32.self), default: 0),
        let name = Arguments.load((bytes + 16).assumingMemoryBound(to: UInt.self), default: 0),
        let flags = Arguments.load((bytes + 24).assumingMemoryBound(to: UInt32.self), default: 0)
    else { throw Status(.accessViolation) }
    guard length == UInt32(MemoryLayout<OBJECT_ATTRIBUTES>.size) else { throw Status(.invalidParameter) }
    guard let string = UnsafePointer<UInt16>(bitPattern: name) else { return (nil, false) }
    guard let size = Arguments.load(string, default: 0),
        let buffer = Arguments.load((UnsafeRawPointer(string) + 8).assumingMemoryBound(to: UInt.self), default: 0)
    else { throw Status(.accessViolation) }
    guard size > 0 else { return (nil, false) }
    guard size & 1 == 0, let text = UnsafePointer<UInt16>(bitPattern: buffer) else { throw .objectNameInvalid }
    var units: [UInt16] = []
    for index in 0..<Int(size / 2) {
        guard let unit = Arguments.load(text + index, default: 0) else { throw Status(.accessViolation) }
        units.append(unit)
    }
    return (units, flags & 0x80 != 0)
}

private func create(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?,
    _ size: UnsafePointer<LARGE_INTEGER>?, _ protection: ULONG, _ type: ULONG, _ file: HANDLE?
) -> NTSTATUS {
    do throws(Status) {
        guard Arguments.store(0 as UInt, raw: section) else { throw Status(.accessViolation) }
        let (name, opensExisting) = try attributes(object)
        var byteCount: UInt64 = 0
        if let size {
            guard let value = Arguments.load(UnsafeRawPointer(size).assumingMemoryBound(to: UInt64.self), default: 0) else {
                throw Status(.accessViolation)
            }
            byteCount = value
        }
        let made = try SectionCalls.create(
            access: access, name: name, opensExisting: opensExisting, byteCount: byteCount, protection: protection,
            attributes: type, file: file)
        _ = Arguments.store(UInt(bitPattern: made.handle), raw: section)
        return made.exists ? Status.objectNameExists.rawValue : 0
    } catch {
        return error.rawValue
    }
}

@c @implementation public func NtCreateSection(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?,
    _ size: UnsafePointer<LARGE_INTEGER>?, _ protection: ULONG, _ type: ULONG, _ file: HANDLE?
) -> NTSTATUS {
    create(section, access, object, size, protection, type, file)
}

@c @implementation public func NtCreateSectionEx(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?,
    _ size: UnsafePointer<LARGE_INTEGER>?, _ protection: ULONG, _ type: ULONG, _ file: HANDLE?,
    _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> NTSTATUS {
    let checked = native { () throws(Status) in _ = try MemoryCalls.parameters(parameters, count) }
    return checked < 0 ? checked : create(section, access, object, size, protection, type, file)
}

@c @implementation public func NtOpenSection(
    _ section: UnsafeMutablePointer<HANDLE?>?, _ access: ACCESS_MASK, _ object: UnsafePointer<OBJECT_ATTRIBUTES>?
) -> NTSTATUS {
    native { () throws(Status) in
        guard Arguments.store(0 as UInt, raw: section) else { throw Status(.accessViolation) }
        guard let name = try attributes(object).name else { throw .objectNameInvalid }
        let handle = try SectionCalls.open(access: access, name: name)
        _ = Arguments.store(UInt(bitPattern: handle), raw: section)
    }
}

private func map(
    _ handle: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ zeroBits: UInt64,
    _ offset: UnsafePointer<LARGE_INTEGER>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG, _ protection: ULONG,
    _ requirements: AddressRequirements?
) -> NTSTATUS {
    do throws(Status) {
        let asked = try MemoryCalls.range(address, size)
        var place: UInt64 = 0
        if let offset {
            guard let value = Arguments.load(UnsafeRawPointer(offset).assumingMemoryBound(to: UInt64.self), default: 0) else {
                throw Status(.accessViolation)
            }
            place = value
        }
        try HandleTable.process(process)
        let word = PageProtection(rawValue: protection)
        let object = try HandleTable.section(handle)
        let isImage = object.section.attributes.contains(.image)
        _ = try HandleTable.section(handle, access: isImage ? 0 : SectionCalls.needed(word))
        let view = try withStatus { () throws(NTStatus) in
            try HostProcess.current.mapView(of: object.section, word) { request in
                request.base = asked.address.rawValue == 0 ? nil : asked.address
                request.offset = place
                request.byteCount = asked.size
                request.zeroBits = zeroBits
                request.type = AllocationType(rawValue: type)
                request.requirements = requirements
            }
        }
        try MemoryCalls.report(view.range.start, view.range.last.rawValue - view.range.start.rawValue + 1, address, size)
        if offset != nil {
            // What was used, for callers that round themselves.
            _ = Arguments.store(place, raw: UnsafeMutableRawPointer(mutating: offset))
        }
        return view.isAtBase ? 0 : Status(.imageNotAtBase).rawValue
    } catch {
        return error.rawValue
    }
}

@c @implementation public func NtMapViewOfSection(
    _ section: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ zeroBits: ULONG_PTR, _ commitSize: SIZE_T,
    _ offset: UnsafePointer<LARGE_INTEGER>?, _ size: UnsafeMutablePointer<SIZE_T>?, _ inherit: SECTION_INHERIT, _ type: ULONG,
    _ protection: ULONG
) -> NTSTATUS {
    map(section, process, address, UInt64(zeroBits), offset, size, type, protection, nil)
}

@c @implementation public func NtMapViewOfSectionEx(
    _ section: HANDLE?, _ process: HANDLE?, _ address: UnsafeMutablePointer<PVOID?>?, _ offset: UnsafePointer<LARGE_INTEGER>?,
    _ size: UnsafeMutablePointer<SIZE_T>?, _ type: ULONG, _ protection: ULONG,
    _ parameters: UnsafeMutablePointer<MEM_EXTENDED_PARAMETER>?, _ count: ULONG
) -> NTSTATUS {
    do throws(Status) {
        let list = try MemoryCalls.parameters(parameters, count)
        let requirements = try withStatus { () throws(NTStatus) in try ExtendedParameter.requirements(in: list) }
        return map(section, process, address, 0, offset, size, type, protection, requirements)
    } catch {
        return error.rawValue
    }
}

@c @implementation public func NtExtendSection(_ handle: HANDLE?, _ size: UnsafeMutablePointer<LARGE_INTEGER>?) -> NTSTATUS {
    native { () throws(Status) in
        let section = try HandleTable.section(handle, access: 0x10).section
        guard let size, let wanted = Arguments.load(UnsafeRawPointer(size).assumingMemoryBound(to: UInt64.self), default: 0) else {
            throw Status(.accessViolation)
        }
        // A section keeps the size that it was made with; asking for no more is no mistake.
        guard section.attributes.contains(.file), wanted <= section.byteCount else { throw .sectionNotExtended }
        _ = Arguments.store(section.byteCount, raw: size)
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
            needed = MemoryLayout<SECTION_BASIC_INFORMATION>.size
            guard length >= needed else { throw Status(.infoLengthMismatch) }
            let section = try HandleTable.section(handle, access: 0x1).section
            guard Arguments.store(0 as UInt64, raw: buffer),
                Arguments.store(UInt64(section.attributes.rawValue), raw: buffer.map { $0 + 8 }),
                Arguments.store(section.byteCount, raw: buffer.map { $0 + 16 })
            else { throw Status(.accessViolation) }
        case SectionImageInformation:
            needed = MemoryLayout<SECTION_IMAGE_INFORMATION>.size
            guard length >= needed else { throw Status(.infoLengthMismatch) }
            let section = try HandleTable.section(handle, access: 0x1).section
            guard let image = section.image else { throw Status(0xC000_0049) }
            var information = SECTION_IMAGE_INFORMATION()
            information.TransferAddress = Arguments.pointer(VirtualAddress(image.preferredBase &+ image.entryPoint))
            information.ImageCharacteristics = image.characteristics.rawValue
            information.DllCharacteristics = image.libraryCharacteristics.rawValue
            information.Machine = image.machine
            information.ImageContainsCode = image.parts.contains { $0.protection.allowsExecution } ? 1 : 0
            guard Arguments.store(information, raw: buffer) else { throw Status(.accessViolation) }
        default:
            throw .invalidInformationClass
        }
        if written != nil, !Arguments.store(needed, written) { throw Status(.accessViolation) }
    }
}

@c @implementation public func NtFlushVirtualMemory(
    _ process: HANDLE?, _ address: UnsafeMutablePointer<LPCVOID?>?, _ size: UnsafeMutablePointer<SIZE_T>?,
    _ status: UnsafeMutablePointer<IO_STATUS_BLOCK>?
) -> NTSTATUS {
    native { () throws(Status) in
        try HandleTable.process(process)
        let raw = UnsafeMutableRawPointer(address)?.assumingMemoryBound(to: PVOID?.self)
        let asked = try MemoryCalls.range(raw, size)
        let range = try withStatus { () throws(NTStatus) in
            try HostProcess.current.flush(asked.address, byteCount: asked.size)
        }
        try MemoryCalls.report(range.start, range.last.rawValue - range.start.rawValue + 1, raw, size)
        if let status { _ = Arguments.store(0 as UInt64, raw: UnsafeMutableRawPointer(status)) }
    }
}
