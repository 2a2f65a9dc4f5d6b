/// The files that have sections, by what tells files apart: what they must not do meanwhile.
struct MappedFiles {
    private struct Entry {
        var sectionCount = 0
        var imageCount = 0
        var byteCount: UInt64 = 0
    }

    private var entries: [HostFileIdentity: Entry] = [:]

    /// - Parameter byteCount: the part of the file that has to stay.
    mutating func add(_ file: HostFileIdentity, isImage: Bool, byteCount: UInt64) {
        var entry = entries[file] ?? Entry()
        entry.sectionCount += 1
        if isImage { entry.imageCount += 1 }
        entry.byteCount = max(entry.byteCount, byteCount)
        entries[file] = entry
    }

    /// Lets more of the file have to stay.
    mutating func extend(_ file: HostFileIdentity, to byteCount: UInt64) {
        guard var entry = entries[file] else { return }
        entry.byteCount = max(entry.byteCount, byteCount)
        entries[file] = entry
    }

    mutating func remove(_ file: HostFileIdentity, isImage: Bool) {
        guard var entry = entries[file] else { return }
        entry.sectionCount -= 1
        if isImage { entry.imageCount -= 1 }
        entries[file] = entry.sectionCount == 0 ? nil : entry
    }

    subscript(file: HostFileIdentity) -> HostFileUse? {
        guard let entry = entries[file] else { return nil }
        return HostFileUse(byteCount: entry.byteCount, isImage: entry.imageCount > 0)
    }
}

/// What sections and their views need of a file.
public struct HostFileUse: Hashable, Sendable {
    /// The part of it that has to stay, in bytes.
    public let byteCount: UInt64

    /// Whether it is executed, so that nobody may write to it.
    public let isImage: Bool
}

extension HostProcess {
    /// What sections and views need of a file; nil where it has none.
    public func use(of file: HostFileIdentity) -> HostFileUse? { withLock { space.backend.storages.mappedFiles[file] } }
}
