import HostVirtualMemory
import SystemPackage

/// An open file: one descriptor, shared by all handles of it.
final class FileObject: Sendable {
    let descriptor: FileDescriptor
    let path: FilePath

    /// Whether its name goes with the last handle.
    let isDeletedOnClose: Bool

    /// What others have to know of it.
    struct Opening: Sendable {
        let identity: HostFileIdentity
        let sharing: ShareAccess
    }

    private let opening: Opening?

    /// - Parameter opening: as it is listed with the open files; nil for what is no file of bytes.
    init(descriptor: FileDescriptor, path: FilePath, isDeletedOnClose: Bool, opening: Opening? = nil) {
        self.opening = opening
        self.descriptor = descriptor
        self.path = path
        self.isDeletedOnClose = isDeletedOnClose
    }

    deinit {
        if let opening {
            let deleted = isDeletedOnClose ? path : nil
            OpenFiles.shared.withLock { $0.close(opening, deleting: deleted) }
        }
        try? descriptor.close()
    }
}

/// A section, and the name it can be opened by.
final class SectionObject: Sendable {
    let section: HostSection

    init(_ section: HostSection) { self.section = section }
}
