import CHostMemory
import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// The list of a working set's pages.
enum WorkingSet {
    /// Lists every page that is in memory and can be accessed, after their number.
    ///
    /// - Returns: how many bytes were written.
    /// - Throws: `infoLengthMismatch` where the buffer is too small, with the number written where that fits.
    static func query(_ buffer: PVOID?, _ length: SIZE_T) throws(Status) -> SIZE_T {
        guard length >= 8 else { throw Status(.infoLengthMismatch) }
        var words: [UInt64] = [0]
        for run in HostProcess.current.pagesInMemory() {
            let flags = entry(run)
            let last = run.range.last.rawValue >> 12
            words.append(contentsOf: (run.range.start.rawValue >> 12...last).map { $0 << 12 | flags })
        }
        words[0] = UInt64(words.count - 1)
        guard length / 8 >= words.count else {
            guard unsafe Arguments.store(words[0], raw: buffer) else { throw Status(.accessViolation) }
            throw Status(.infoLengthMismatch)
        }
        try unsafe Arguments.store(all: words, buffer)
        return words.count * 8
    }

    /// An entry without its page: the protection as the system's own tables have it, and whether others may have the page.
    private static func entry(_ run: PagesInMemory) -> UInt64 {
        var protection: UInt64 =
            switch run.protection.base {
            case .readOnly: 1
            case .execute: 2
            case .executeRead: 3
            case .readWrite: 4
            case .writeCopy: 5
            case .executeReadWrite: 6
            case .executeWriteCopy: 7
            default: 0
            }
        if run.protection.contains(.noCache) { protection |= 8 }
        if run.protection.contains(.writeCombine) { protection |= 24 }
        // One process has it, as far as is known, and others may.
        return protection | (run.isShared ? 1 << 5 | 1 << 8 : 0)
    }
}
