import HostFiles
import SystemPackage

/// QEMU's object that is a machine's RAM.
enum MemoryBackend {
    /// The object's name.
    static let name = "ram"

    /// The machine's memory without a file.
    ///
    /// - Parameter size: as QEMU takes it.
    static func anonymous(size: String) -> String { "memory-backend-ram,id=\(name),size=\(size)" + unreserved }

    /// A file as the machine's memory, which the machine's writes leave as it is.
    ///
    /// - Parameter byteCount: the file's.
    static func file(_ path: FilePath, byteCount: UInt64) -> String {
        "memory-backend-file,id=\(name),size=\(byteCount),share=off\(unreserved),mem-path=\(QEMUCommandLine.escaped(path))"
    }

    /// A machine may have more memory than its host, of which it touches little: nothing is set aside for it, unless the host promises
    /// no more than it has. QEMU refuses that there.
    private static var unreserved: String {
        let policy = try? InputFile.contents(of: "/proc/sys/vm/overcommit_memory")
        return policy?.first == UInt8(ascii: "0") || policy?.first == UInt8(ascii: "1") ? ",reserve=off" : ""
    }
}
