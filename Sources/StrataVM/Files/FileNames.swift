import CStrataVM
import SystemPackage

private func delete(_ path: FilePath?) -> BOOL {
    guard let path else {
        fail(3)
        return 0
    }
    do throws(FileFailure) {
        try OpenFiles.shared.withLock { files throws(FileFailure) in try files.delete(path) }
        return 1
    } catch {
        error.report()
        return 0
    }
}

@c @implementation public func DeleteFileA(_ path: LPCSTR?) -> BOOL { unsafe delete(Text.path(path)) }
@c @implementation public func DeleteFileW(_ path: LPCWSTR?) -> BOOL { unsafe delete(Text.path(path)) }

private func attributes(_ path: FilePath?) -> DWORD {
    guard let path else {
        fail(3)
        return .max
    }
    do throws(Errno) {
        if let library = try SystemLibraries.open(path) {
            try? library.close()
            return 0x80
        }
        let information = try HostFiles.information(path)
        if information.isDirectory { return 0x10 }
        return information.isReadOnly ? 0x1 : 0x80
    } catch {
        fail(Status.error(error))
        return .max
    }
}

@c @implementation public func GetFileAttributesA(_ path: LPCSTR?) -> DWORD { unsafe attributes(Text.path(path)) }
@c @implementation public func GetFileAttributesW(_ path: LPCWSTR?) -> DWORD { unsafe attributes(Text.path(path)) }

/// Copies a text with its zero into the caller's buffer, if it fits.
///
/// - Returns: its length without the zero, or with it where the buffer is too small.
func give<Unit: FixedWidthInteger & BitwiseCopyable>(
    _ units: [Unit], _ buffer: UnsafeMutablePointer<Unit>?, _ capacity: Int
) -> DWORD {
    guard units.count < capacity else { return DWORD(units.count + 1) }
    for (index, unit) in (units + [0]).enumerated() {
        guard unsafe Arguments.store(unit, buffer.map { unsafe $0 + index }) else {
            fail(998)
            return 0
        }
    }
    return DWORD(units.count)
}

private var temporaryDirectory: String {
    let directory = HostFiles.environment("TMPDIR") ?? "/tmp"
    return directory.hasSuffix("/") ? directory : directory + "/"
}

@c @implementation public func GetTempPathA(_ capacity: DWORD, _ buffer: LPSTR?) -> DWORD {
    unsafe give(temporaryDirectory.utf8.map { CChar(bitPattern: $0) }, unsafe buffer, Int(capacity))
}

@c @implementation public func GetTempPathW(_ capacity: DWORD, _ buffer: LPWSTR?) -> DWORD {
    unsafe give(Array(temporaryDirectory.utf16), buffer, Int(capacity))
}

/// Finds a name that no file has, and makes an empty file of it; a number from the caller makes none.
private func temporaryName(_ directory: FilePath?, _ prefix: String, _ number: UINT) -> (name: String, number: UINT)? {
    guard let directory, (try? HostFiles.information(directory))?.isDirectory == true else {
        fail(267)
        return nil
    }
    func name(_ number: UINT) -> String {
        "\(directory.string)/\(prefix.prefix(3))\(String(number & 0xFFFF, radix: 16)).tmp"
    }
    guard number == 0 else { return (name(number), number) }
    let first = HostFiles.processID() &* 7 &+ UInt32(truncatingIfNeeded: ContinuousClock.now.hashValue)
    for step in 0..<0x1_0000 as Range<UInt32> {
        let candidate = (first &+ step) & 0xFFFF
        guard candidate != 0 else { continue }
        do {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
            let permissions = FilePermissions(rawValue: 0o666)
            let file = try FileDescriptor.open(FilePath(name(candidate)), .readWrite, options: options, permissions: permissions)
            try? file.close()
            return (name(candidate), candidate)
        } catch Errno.fileExists {
            continue
        } catch {
            fail((error as? Errno).map { Status.error($0) } ?? 31)
            return nil
        }
    }
    fail(80)
    return nil
}

@c @implementation public func GetTempFileNameA(_ directory: LPCSTR?, _ prefix: LPCSTR?, _ number: UINT, _ name: LPSTR?) -> UINT {
    let prefix = unsafe Text.units(prefix).map { String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self) } ?? ""
    guard let found = unsafe temporaryName(Text.path(directory), prefix, number) else { return 0 }
    return unsafe give(found.name.utf8.map { CChar(bitPattern: $0) }, unsafe name, 260) == 0 ? 0 : found.number
}

@c @implementation public func GetTempFileNameW(
    _ directory: LPCWSTR?, _ prefix: LPCWSTR?, _ number: UINT, _ name: LPWSTR?
) -> UINT {
    let prefix = unsafe Text.utf16(prefix).map { String(decoding: $0, as: UTF16.self) } ?? ""
    guard let found = unsafe temporaryName(Text.path(directory), prefix, number) else { return 0 }
    return unsafe give(Array(found.name.utf16), name, 260) == 0 ? 0 : found.number
}
