import Glibc
import HostVirtualMemory
import SystemPackage

/// What the C library knows of files beyond open, read and write.
enum HostFiles {
    struct Information {
        let isDirectory: Bool
        let byteCount: UInt64
        let isReadOnly: Bool

        /// Whether it is a file of bytes, and neither a device nor a pipe.
        let isRegular: Bool
        let linkCount: UInt64

        /// When it was last read, and when its contents and what is said of it were last changed.
        let accessed: timespec
        let written: timespec
        let changed: timespec

        /// Tells files apart.
        let device: UInt64
        let number: UInt64

        fileprivate init(_ information: stat) {
            isDirectory = information.st_mode & S_IFMT == S_IFDIR
            byteCount = UInt64(max(0, information.st_size))
            isRegular = information.st_mode & S_IFMT == S_IFREG
            linkCount = UInt64(information.st_nlink)
            accessed = information.st_atim
            written = information.st_mtim
            changed = information.st_ctim
            isReadOnly = information.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH) == 0
            device = UInt64(information.st_dev)
            number = UInt64(information.st_ino)
        }

        var identity: HostFileIdentity { HostFileIdentity(device: device, number: number) }
    }

    static func information(_ descriptor: FileDescriptor) throws(Errno) -> Information {
        var result = stat()
        guard unsafe fstat(descriptor.rawValue, &result) == 0 else { throw Errno(rawValue: errno) }
        return Information(result)
    }

    static func information(_ path: FilePath) throws(Errno) -> Information {
        var result = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &result) }) == 0 else { throw Errno(rawValue: errno) }
        return Information(result)
    }

    /// Opens a file that is there, and waits for nobody: the other end of a pipe of the host's may never come. Views of a file that can
    /// be written have to be able to read it.
    static func open(_ path: FilePath, reads: Bool, writes: Bool) throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            return try openAtOnce(path, writes ? .readWrite : .readOnly)
        } catch {
            guard error == .permissionDenied, writes, !reads else { throw error }
            return try openAtOnce(path, .writeOnly)
        }
    }

    private static func openAtOnce(_ path: FilePath, _ mode: FileDescriptor.AccessMode) throws(Errno) -> FileDescriptor {
        let descriptor = try open(path, mode, [.closeOnExec, .nonBlocking])
        // Reads and writes wait as they would have.
        _ = fcntl(descriptor.rawValue, F_SETFL, fcntl(descriptor.rawValue, F_GETFL) & ~O_NONBLOCK)
        return descriptor
    }

    /// Makes a file that is not there.
    static func create(_ path: FilePath, isReadOnly: Bool) throws(Errno) -> FileDescriptor {
        try open(
            path, .readWrite, [.closeOnExec, .create, .exclusiveCreate], FilePermissions(rawValue: isReadOnly ? 0o444 : 0o666))
    }

    private static func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions,
        _ permissions: FilePermissions? = nil
    ) throws(Errno) -> FileDescriptor {
        do { return try FileDescriptor.open(path, mode, options: options, permissions: permissions) } catch {
            throw error as? Errno ?? .ioError
        }
    }

    static func resize(_ descriptor: FileDescriptor, to byteCount: Int64) throws(Errno) {
        guard ftruncate(descriptor.rawValue, Int(byteCount)) == 0 else { throw Errno(rawValue: errno) }
    }

    static func remove(_ path: FilePath) throws(Errno) {
        guard unsafe path.withPlatformString({ unsafe unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
    }

    /// What an open file is called now; nil where it has no name.
    static func name(of descriptor: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    static func processID() -> UInt32 { UInt32(bitPattern: getpid()) }
}

extension Status {
    /// What Windows calls an error of the host's file system, as a Win32 error.
    static func error(_ error: Errno) -> UInt32 {
        switch error {
        case .noSuchFileOrDirectory: 2
        case .notDirectory: 3
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: 4
        case .permissionDenied, .notPermitted, .isDirectory, .readOnlyFileSystem: 5
        case .badFileDescriptor: 6
        case .noMemory: 8
        case .fileExists: 80
        case .noSpace, .diskQuotaExceeded: 112
        case .badAddress: 998
        case .fileNameTooLong: 206
        case .invalidArgument: 87
        default: 31
        }
    }
}
