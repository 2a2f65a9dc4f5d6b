import HostVirtualMemory
import SystemPackage

/// Why a file was not opened or deleted.
enum FileFailure: Error {
    case status(Status)
    case host(Errno)

    static let sharingViolation = FileFailure.status(Status(0xC000_0043))
    static let deletePending = FileFailure.status(Status(0xC000_0056))
    static let cannotDelete = FileFailure.status(Status(0xC000_0121))
    static let userMappedFile = FileFailure.status(Status(.userMappedFile))
    static let accessDenied = FileFailure.status(Status(.accessDenied))
    static let pathNotFound = FileFailure.status(Status(0xC000_003A))

    /// Leaves the error for GetLastError.
    func report() {
        switch self {
        case .status(let status): fail(status)
        case .host(let error): fail(Status.error(error))
        }
    }
}

/// The files that this process has open, by what tells files apart: who may open them besides.
///
/// Other processes are not asked, and ask nobody.
struct OpenFiles: ~Copyable {
    private struct Entry {
        var fileCount = 0
        var counts = ShareCounts()

        /// The name that goes with the last of the files; nobody opens the file any more.
        var pending: FilePath?
    }

    private var entries: [HostFileIdentity: Entry] = [:]

    static let shared = Table(OpenFiles())

    /// Opens a file, or makes it, as a disposition says.
    ///
    /// - Returns: the file, and whether it was there before.
    mutating func open(_ path: FilePath, _ request: FileRequest) throws(FileFailure) -> (file: FileObject, existed: Bool) {
        // Somebody else may make and remove the file in between; not for ever.
        for _ in 0..<100 {
            if request.disposition != .createNew, let file = try openExisting(path, request) { return (file, true) }
            guard request.disposition.creates else { throw Self.missing(path) }
            do throws(Errno) {
                let descriptor = try HostFiles.create(path, isReadOnly: request.isReadOnly)
                guard let information = try? HostFiles.information(descriptor) else { throw .ioError }
                return (add(descriptor, path, information.identity, request), false)
            } catch .fileExists where request.disposition != .createNew {
                continue
            } catch .noSuchFileOrDirectory {
                throw .pathNotFound
            } catch {
                throw .host(error)
            }
        }
        throw .host(.resourceBusy)
    }

    /// - Returns: nil where there is no such file.
    private mutating func openExisting(_ path: FilePath, _ request: FileRequest) throws(FileFailure) -> FileObject? {
        let descriptor: FileDescriptor
        do throws(Errno) {
            descriptor = try HostFiles.open(path, reads: request.sharing.reads, writes: request.writesOrTruncates)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .host(error)
        }
        do throws(FileFailure) {
            let information: HostFiles.Information
            do throws(Errno) { information = try HostFiles.information(descriptor) } catch { throw .host(error) }
            try check(information, request)
            if request.disposition.truncates {
                do throws(Errno) { try HostFiles.resize(descriptor, to: 0) } catch { throw .host(error) }
            }
            return add(descriptor, path, information.identity, request)
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    /// Whether an existing file may be opened.
    private func check(_ information: HostFiles.Information, _ request: FileRequest) throws(FileFailure) {
        guard !information.isDirectory else { throw .accessDenied }
        let entry = entries[information.identity]
        guard entry?.pending == nil else { throw .deletePending }
        if information.isReadOnly {
            guard !request.isDeletedOnClose else { throw .cannotDelete }
            guard !request.writesOrTruncates else { throw .accessDenied }
        }
        // Truncating is writing, for as long as it takes.
        let wanted = request.sharing.access | (request.disposition.truncates ? 0x2 : 0)
        let sharing = ShareAccess(access: wanted, share: request.sharing.share)
        guard entry?.counts.allow(sharing) ?? true else { throw .sharingViolation }
        guard request.writesOrTruncates || request.isDeletedOnClose,
            let use = HostProcess.current.use(of: information.identity)
        else { return }
        guard !use.isImage else { throw request.isDeletedOnClose ? .cannotDelete : .sharingViolation }
        guard !request.disposition.truncates || use.byteCount == 0 else { throw .userMappedFile }
    }

    private mutating func add(
        _ descriptor: FileDescriptor, _ path: FilePath, _ identity: HostFileIdentity, _ request: FileRequest
    ) -> FileObject {
        var entry = entries[identity] ?? Entry()
        entry.fileCount += 1
        entry.counts.add(request.sharing)
        entries[identity] = entry
        return FileObject(
            descriptor: descriptor, path: path, isDeletedOnClose: request.isDeletedOnClose,
            opening: FileObject.Opening(identity: identity, sharing: request.sharing))
    }

    /// Forgets a file that is being closed. Its name goes with the last one.
    mutating func close(_ opening: FileObject.Opening, deleting path: FilePath?) {
        guard var entry = entries[opening.identity] else { return }
        entry.fileCount -= 1
        entry.counts.remove(opening.sharing)
        if let path { entry.pending = path }
        entries[opening.identity] = entry.fileCount == 0 ? nil : entry
        // Unless the name is another file's by now.
        guard entry.fileCount == 0, let pending = entry.pending,
            (try? HostFiles.information(pending))?.identity == opening.identity
        else { return }
        try? HostFiles.remove(pending)
    }

    /// Takes a file's name away; those who have it open go on.
    mutating func delete(_ path: FilePath) throws(FileFailure) {
        let information: HostFiles.Information
        do throws(Errno) {
            information = try HostFiles.information(path)
        } catch .noSuchFileOrDirectory {
            throw Self.missing(path)
        } catch {
            throw .host(error)
        }
        guard !information.isDirectory, !information.isReadOnly else { throw .accessDenied }
        if let entry = entries[information.identity] {
            guard entry.pending == nil else { throw .deletePending }
            guard entry.counts.allow(ShareAccess(access: 0x1_0000, share: 7)) else { throw .sharingViolation }
        }
        guard HostProcess.current.use(of: information.identity) == nil else { throw .cannotDelete }
        do throws(Errno) { try HostFiles.remove(path) } catch { throw .host(error) }
    }

    /// Of a file that is not there: whether its folder is.
    private static func missing(_ path: FilePath) -> FileFailure {
        let folder = path.removingLastComponent()
        let isThere = folder.isEmpty || (try? HostFiles.information(folder))?.isDirectory == true
        return isThere ? .host(.noSuchFileOrDirectory) : .pathNotFound
    }
}
