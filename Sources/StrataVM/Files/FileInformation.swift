import CStrataVM
import Glibc
import SystemPackage

/// A time of the host's as the Win32 interface counts it: steps of 100 ns since the beginning of 1601.
private func fileTime(_ time: timespec) -> UInt64 {
    let seconds = Int64(time.tv_sec) + 11_644_473_600
    return UInt64(max(0, seconds)) &* 10_000_000 &+ UInt64(max(0, time.tv_nsec)) / 100
}

@c @implementation public func GetFileInformationByHandle(
    _ handle: HANDLE?, _ result: LPBY_HANDLE_FILE_INFORMATION?
) -> BOOL {
    win32 { () throws(Status) in
        let (file, _) = try unsafe HandleTable.file(handle)
        guard let information = try? HostFiles.information(file.descriptor) else { throw Status(.invalidHandle) }
        func halves(_ value: UInt64) -> [UInt32] {
            [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
        }
        var words: [UInt32] = [information.isDirectory ? 0x10 : information.isReadOnly ? 0x1 : 0x80]
        for time in [information.changed, information.accessed, information.written] { words += halves(fileTime(time)) }
        words.append(UInt32(truncatingIfNeeded: information.device ^ information.device >> 32))
        words += halves(information.byteCount).reversed()
        words.append(UInt32(clamping: information.linkCount))
        words += halves(information.number).reversed()
        let place = UnsafeMutableRawPointer(result)
        for (index, word) in words.enumerated() {
            guard unsafe Arguments.store(word, raw: place.map { unsafe $0 + 4 * index }) else { throw Status(.accessViolation) }
        }
    }
}
