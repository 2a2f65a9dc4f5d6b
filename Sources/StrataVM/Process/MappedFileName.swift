import CStrataVM
import HostVirtualMemory
import MemoryMap
import SystemPackage
import VirtualMemory

extension MemoryCalls {
    /// The name of the file that an address is a view of; what was made without a name has none.
    static func fileName(at address: VirtualAddress) throws(Status) -> String {
        let process = HostProcess.current
        guard let name = process.fileName(at: address, HostFiles.name(of:)),
            name.hasPrefix("/") || name.hasPrefix(SystemLibraries.directory)
        else { throw Status(.invalidAddress) }
        guard name.hasPrefix(nameless) else { return name }
        // The libraries have a lock of their own, which is not asked for with that of memory.
        guard let path = process.file(at: address).flatMap({ SystemLibraries.path(of: $0) }) else {
            throw Status(.invalidAddress)
        }
        return path
    }

    /// How the host calls files that have no name.
    private static let nameless = "/memfd:"

    /// What an open file is called; nil where it has no name.
    static func name(of descriptor: Int32) -> String? {
        guard let name = HostFiles.name(of: descriptor), name.hasPrefix("/") else { return nil }
        guard name.hasPrefix(nameless) else { return name }
        return (try? HostFiles.information(FileDescriptor(rawValue: descriptor))).flatMap {
            SystemLibraries.path(of: $0.identity)
        }
    }
}

/// Copies as much of a name as there is room for, with a zero behind it.
///
/// - Returns: its length, or the size where it was cut.
private func give<Unit: FixedWidthInteger & BitwiseCopyable>(
    _ process: HANDLE?, _ address: LPVOID?, _ buffer: UnsafeMutablePointer<Unit>?, _ size: DWORD, _ units: (String) -> [Unit]
) -> DWORD {
    win32(0) { () throws(Status) in
        guard unsafe buffer != nil, size > 0 else { throw Status(.invalidParameter) }
        try unsafe HandleTable.process(process, access: 0x400)
        let name = units(try unsafe MemoryCalls.fileName(at: Arguments.address(address)))
        let isWhole = name.count < Int(size)
        try unsafe Arguments.store(all: name.prefix(isWhole ? name.count : Int(size) - 1) + [0], buffer)
        SetLastError(isWhole ? 0 : 122)
        return isWhole ? DWORD(name.count) : size
    }
}

@c @implementation public func K32GetMappedFileNameA(
    _ process: HANDLE?, _ address: LPVOID?, _ name: LPSTR?, _ size: DWORD
) -> DWORD {
    unsafe give(process, address, name, size) { $0.utf8.map { CChar(bitPattern: $0) } }
}

@c @implementation public func K32GetMappedFileNameW(
    _ process: HANDLE?, _ address: LPVOID?, _ name: LPWSTR?, _ size: DWORD
) -> DWORD {
    unsafe give(process, address, name, size) { Array($0.utf16) }
}
