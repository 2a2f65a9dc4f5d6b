import CStrataVM
import HostVirtualMemory
import MemoryMap
import SystemPackage
import VirtualMemory

/// The names of sections: views do not keep them.
let sectionNames = ObjectNames<SectionObject>()

/// The calls of sections as both interfaces make them.
enum SectionCalls {
    /// The rights that generic ones stand for.
    static func specific(_ access: UInt32) -> UInt32 {
        var result = access & 0x0DFF_FFFF
        if access & 0x8000_0000 != 0 { result |= 0x0002_0005 }
        if access & 0x4000_0000 != 0 { result |= 0x0002_0002 }
        if access & 0x2000_0000 != 0 { result |= 0x0002_0008 }
        if access & 0x1200_0000 != 0 { result |= 0x000F_001F }
        return result
    }

    /// What the handle of a new section may be used for.
    static let all: UInt32 = 0x000F_001F

    /// - Returns: the handle, and whether the section was there before.
    static func create(
        access: UInt32, name: [UInt16]?, opensExisting: Bool, byteCount: UInt64, protection: ULONG, attributes: ULONG,
        file: HANDLE?
    ) throws(Status) -> (handle: HANDLE?, exists: Bool) {
        let protection = PageProtection(rawValue: protection)
        let attributes = SectionAttributes(rawValue: attributes)
        func make() throws(Status) -> SectionObject {
            guard let file = unsafe file else {
                return SectionObject(
                    try withStatus { () throws(NTStatus) in
                        try HostProcess.current.createSection(
                            byteCount: byteCount, protection: protection, attributes: attributes)
                    })
            }
            let (object, granted) = try unsafe HandleTable.file(file)
            return SectionObject(try Self.make(object, granted, byteCount, protection, attributes))
        }
        guard let name else { return unsafe (HandleTable.open(.section(try make()), access: specific(access)), false) }
        guard let key = objectKey(name) else { throw .objectNameInvalid }
        let (section, exists) = try sectionNames.obtain(key, orMake: make)
        guard opensExisting || !exists else { throw .objectNameCollision }
        return unsafe (HandleTable.open(.section(section), access: specific(access)), exists)
    }

    private static func make(
        _ file: FileObject, _ granted: UInt32, _ byteCount: UInt64, _ protection: PageProtection, _ attributes: SectionAttributes
    ) throws(Status) -> HostSection {
        let information: HostFiles.Information
        do throws(Errno) { information = try HostFiles.information(file.descriptor) } catch {
            throw Status(.invalidFileForSection)
        }
        guard !information.isDirectory else { throw Status(.invalidFileForSection) }
        var access: SectionFile.Access = []
        if granted & 0x1 != 0 { access.insert(.read) }
        if granted & 0x2 != 0 { access.insert(.write) }
        if granted & 0x20 != 0 { access.insert(.execute) }
        let host = HostSectionFile(
            descriptor: file.descriptor.rawValue, byteCount: information.byteCount, access: access,
            identity: information.identity, name: MemoryCalls.name(of: file.descriptor.rawValue))
        if attributes.contains(.image) {
            return try withStatus { () throws(NTStatus) in
                try HostProcess.current.createImageSection(
                    host, byteCount: byteCount, protection: protection, attributes: attributes)
            }
        }
        return try withStatus { () throws(NTStatus) in
            try HostProcess.current.createSection(host, byteCount: byteCount, protection: protection, attributes: attributes) {
                size throws(NTStatus) in
                guard (try? file.descriptor.resize(to: Int64(size))) != nil else { throw .sectionTooBig }
            }
        }
    }

    static func open(access: UInt32, name: [UInt16]) throws(Status) -> HANDLE? {
        guard let key = objectKey(name) else { throw .objectNameInvalid }
        guard let section = sectionNames.find(key) else { throw .objectNameNotFound }
        return unsafe HandleTable.open(.section(section), access: specific(access))
    }

    /// What a handle of a section has to be good for, for a view with a protection.
    static func needed(_ protection: PageProtection) -> UInt32 {
        switch protection.base {
        case .readWrite: 0x2
        case .executeReadWrite: 0xA
        case .execute, .executeRead, .executeWriteCopy: 0xC
        default: 0x4
        }
    }
}
