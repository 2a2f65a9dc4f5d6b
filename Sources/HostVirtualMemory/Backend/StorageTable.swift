import VirtualMemory

/// What the sections of this process are stored in, by the number that a section's storage is known by.
struct StorageTable {
    private var storages: [HostStorage?] = []
    private var unused: [Int] = []

    /// The files that sections were made of.
    private(set) var mappedFiles = MappedFiles()

    /// The number that the next storage is to have.
    var nextNumber: UInt64 { UInt64(unused.last ?? storages.count) }

    subscript(name: SectionStorage) -> HostStorage? {
        let index = Int(name.number)
        return index < storages.count ? storages[index] : nil
    }

    /// - Parameter name: has the next number.
    mutating func add(_ storage: HostStorage, as name: SectionStorage) {
        precondition(name.number == nextNumber, "numbers are given out by the table")
        if unused.popLast() == nil { storages.append(storage) } else { storages[Int(name.number)] = storage }
        guard let file = storage.identity else { return }
        mappedFiles.add(file, isImage: storage.isImage, byteCount: storage.fileByteCount)
    }

    /// Lets more of a storage's file have to stay.
    mutating func extend(_ name: SectionStorage, to byteCount: UInt64) {
        if let file = self[name]?.identity { mappedFiles.extend(file, to: byteCount) }
    }

    mutating func addView(of name: SectionStorage) { storages[Int(name.number)]?.viewCount += 1 }

    mutating func removeView(of name: SectionStorage) {
        storages[Int(name.number)]?.viewCount -= 1
        closeIfUnused(name)
    }

    /// Is told that no more views of a section can be made.
    mutating func abandon(_ name: SectionStorage) {
        storages[Int(name.number)]?.isOpen = false
        closeIfUnused(name)
    }

    private mutating func closeIfUnused(_ name: SectionStorage) {
        let index = Int(name.number)
        guard let storage = storages[index], !storage.isOpen, storage.viewCount == 0 else { return }
        storage.close()
        if let file = storage.identity { mappedFiles.remove(file, isImage: storage.isImage) }
        storages[index] = nil
        unused.append(index)
    }
}
