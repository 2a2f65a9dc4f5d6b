import CHostMemory
public import VirtualMemory

extension HostProcess {
    /// Makes a section of a file larger, and the file where it is too small: `Section.extend(to:fileByteCount:grow:)`.
    ///
    /// - Returns: the size that the section has then, in bytes.
    @discardableResult
    public func extend(_ section: HostSection, to byteCount: UInt64) throws(NTStatus) -> UInt64 {
        try withLock { () throws(NTStatus) in
            guard let section = section.section, let storage = space.backend.storages[section.storage] else {
                throw .invalidHandle
            }
            let fileByteCount = host_file_size(storage.descriptor)
            guard fileByteCount >= 0 else { throw .inPageError }
            let extended = try section.extend(to: byteCount, fileByteCount: UInt64(fileByteCount)) { size throws(NTStatus) in
                guard host_resize_file(storage.descriptor, size) == 0 else { throw .sectionTooBig }
            }
            space.backend.storages.extend(section.storage, to: extended)
            return extended
        }
    }
}
