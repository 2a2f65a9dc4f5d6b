import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A directory of its own under the system's temporary directory, readable by its owner alone.
struct TemporaryDirectory: Sendable {
    let path: FilePath

    /// - Throws: `MachineError.unwritable`.
    init(named name: String, in host: HostEnvironment) throws(MachineError) {
        let parent = host.variable("TMPDIR").map { host.absolute(FilePath($0)) } ?? FilePath("/tmp")
        let path = parent.appending("\(name)-\(UUID().uuidString)")
        do throws(FileSystem.Failure) {
            try FileSystem.makeDirectory(path, withParents: false, mode: 0o700)
        } catch {
            throw .unwritable(path: path.string, purpose: "temporary files", reason: error.reason)
        }
        self.path = path
    }

    /// Deletes the directory with all that is in it.
    func remove() { FileSystem.remove(path) }
}
