import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import SystemPackage
import VirtualMemory

/// The libraries of the system directory: their files, and where they are mapped.
struct SystemLibraries {
    /// The modules, in the order that they are known by, and one that is a file alone: programs take it for a library to map.
    static let names = ["kernel32.dll", "kernelbase.dll", "ntdll.dll", "psapi.dll", "version.dll"]

    /// The system directory where no other one is named.
    static let directory = "C:\\windows\\system32"

    /// The folder of the host that stands for it, if one is named.
    static var hostDirectory: String? {
        guard let named = HostFiles.environment("STRATA_SYSTEM_DIRECTORY"), named.hasPrefix("/") else { return nil }
        return named.count > 1 && named.hasSuffix("/") ? String(named.dropLast()) : named
    }

    private struct Library {
        /// A file without a name that holds the image, which every opening of the library's path reads.
        var image: FileDescriptor?
        var base: UInt64 = 0
    }

    private var libraries = [Library](repeating: Library(), count: names.count)

    static let shared = Table(SystemLibraries())

    /// What an image is linked for; it lies elsewhere where that is taken.
    private static func base(of index: Int) -> UInt64 { 0x1_8000_0000 + UInt64(index) * 0x10_0000 }

    // MARK: Files

    /// Opens a library by its path; nil where the path is none of the system directory's, or where that is a folder of the host.
    static func open(_ path: FilePath) throws(Errno) -> FileDescriptor? {
        let prefix = "c:/windows/system32/"
        let text = path.string.lowercased()
        guard text.hasPrefix(prefix) else { return nil }
        let name = String(text.dropFirst(prefix.utf8.count))
        if let folder = hostDirectory {
            return try opening { () throws in
                try FileDescriptor.open(FilePath(folder).appending(name), .readOnly, options: .closeOnExec)
            }
        }
        guard let index = names.firstIndex(of: name) else { throw .noSuchFileOrDirectory }
        return try open(index)
    }

    private static func opening(_ body: () throws -> FileDescriptor) throws(Errno) -> FileDescriptor {
        do { return try body() } catch { throw error as? Errno ?? .ioError }
    }

    /// A descriptor with a place of its own on a library's image.
    private static func open(_ index: Int) throws(Errno) -> FileDescriptor {
        let image = try shared.withLock { libraries throws(Errno) in try libraries.image(index) }
        return try opening { () throws in
            try FileDescriptor.open(FilePath("/proc/self/fd/\(image.rawValue)"), .readOnly, options: .closeOnExec)
        }
    }

    private mutating func image(_ index: Int) throws(Errno) -> FileDescriptor {
        if let image = libraries[index].image { return image }
        let bytes = SystemLibraryImage(name: Self.names[index], base: Self.base(of: index)).bytes
        let made = unsafe host_anonymous_file("strata-library", UInt64(bytes.count))
        guard made >= 0 else { throw Errno(rawValue: -made) }
        let image = FileDescriptor(rawValue: made)
        guard (try? image.writeAll(toAbsoluteOffset: 0, bytes)) != nil else {
            try? image.close()
            throw .noMemory
        }
        libraries[index].image = image
        return image
    }

    /// The path of the library that a file is the image of; nil for other files.
    static func path(of file: HostFileIdentity) -> String? {
        shared.withLock { libraries in
            for (library, name) in zip(libraries.libraries, names) {
                guard let image = library.image, let information = try? HostFiles.information(image) else { continue }
                if information.identity == file { return directory + "\\" + name }
            }
            return nil
        }
    }

    // MARK: Modules

    /// Where a library is mapped, which it is from the first question on; nil where there is no room for it.
    static func base(_ index: Int) -> UInt64? {
        if let known = mapped(index) { return known }
        guard let base = map(index) else { return nil }
        // Another thread may have been faster: one of the two stays.
        let kept = shared.withLock { libraries in
            if libraries.libraries[index].base == 0 { libraries.libraries[index].base = base.rawValue }
            return libraries.libraries[index].base
        }
        if kept != base.rawValue { try? HostProcess.current.unmapView(base) }
        return kept
    }

    static func mapped(_ index: Int) -> UInt64? {
        shared.withLock { libraries in libraries.libraries[index].base == 0 ? nil : libraries.libraries[index].base }
    }

    private static func map(_ index: Int) -> VirtualAddress? {
        let named = hostDirectory.flatMap {
            try? FileDescriptor.open(FilePath($0).appending(names[index]), .readOnly, options: .closeOnExec)
        }
        guard let file = named ?? (try? open(index)) else { return nil }
        defer { try? file.close() }
        guard let information = try? HostFiles.information(file) else { return nil }
        let host = HostSectionFile(
            descriptor: file.rawValue, byteCount: information.byteCount, access: [.read, .execute],
            identity: information.identity, name: MemoryCalls.name(of: file.rawValue))
        guard let section = try? HostProcess.current.createImageSection(host, protection: .executeRead, attributes: .image) else {
            return nil
        }
        return try? HostProcess.current.mapView(of: section, .executeRead).range.start
    }
}

@c @implementation public func strata_vm_library(_ index: Int32, _ name: UnsafePointer<CChar>?) -> UnsafeMutableRawPointer? {
    unsafe SystemLibraries.base(Int(index)).flatMap { unsafe UnsafeMutableRawPointer(bitPattern: UInt($0)) }
}

@c @implementation public func strata_vm_has_own_libraries() -> Bool { SystemLibraries.hostDirectory == nil }

@c @implementation public func strata_vm_is_library(_ index: Int32, _ base: UnsafeRawPointer?) -> Bool {
    SystemLibraries.mapped(Int(index)) == UInt64(UInt(bitPattern: base))
}

@c @implementation public func strata_vm_widen(
    _ path: UnsafePointer<CChar>?, _ length: Int, _ buffer: LPWSTR?, _ size: DWORD
) -> DWORD {
    // The caller's own buffer, of as many bytes.
    let bytes = unsafe UnsafeRawBufferPointer(start: path, count: length)
    let units = unsafe Array(String(decoding: bytes, as: UTF8.self).utf16)
    let count = units.count < Int(size) ? units.count : max(Int(size) - 1, 0)
    guard size > 0, unsafe give(Array(units[..<count]), buffer, count + 1) == DWORD(count) else { return 0 }
    SetLastError(count == units.count ? 0 : 122)
    return count == units.count ? DWORD(count) : size
}

@c @implementation public func GetSystemDirectoryA(_ buffer: LPSTR?, _ size: UINT) -> UINT {
    let directory = SystemLibraries.hostDirectory ?? SystemLibraries.directory
    return unsafe give(directory.utf8.map { CChar(bitPattern: $0) }, buffer, Int(size))
}

@c @implementation public func GetSystemDirectoryW(_ buffer: LPWSTR?, _ size: UINT) -> UINT {
    unsafe give(Array((SystemLibraries.hostDirectory ?? SystemLibraries.directory).utf16), buffer, Int(size))
}
