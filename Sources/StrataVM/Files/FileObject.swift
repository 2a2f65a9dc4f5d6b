import HostVirtualMemory
import SystemPackage

/// An open file: one descriptor, shared by all handles of it.
final class FileObject: Sendable {
    let descriptor: FileDescriptor
    let path: FilePath

    /// Whether its name goes with the last handle.
    let isDeletedOnClose: Bool

    init(descriptor: FileDescriptor, path: FilePath, isDeletedOnClose: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.isDeletedOnClose = isDeletedOnClose
    }

    deinit {
        try? descriptor.close()
        if isDeletedOnClose { _ = try? HostFiles.remove(path) }
    }
}

/// A section, and the name it can be opened by.
final class SectionObject: Sendable {
    let section: HostSection

    init(_ section: HostSection) { self.section = section }
}
