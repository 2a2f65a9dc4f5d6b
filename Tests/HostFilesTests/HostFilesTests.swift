import HostFiles
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct HostFilesTests {
    /// A name in the folder for temporary files that no other test has, nor one of an earlier run that was broken off.
    private static func temporaryPath(_ name: String) -> FilePath {
        FilePath("/tmp/strata-host-files-\(UInt64.random(in: 0 ... .max))-\(name)")
    }

    @Test func whatIsWrittenIsRead() throws {
        let path = Self.temporaryPath("round-trip")
        defer { _ = unsafe path.withPlatformString { unsafe unlink($0) } }
        let contents = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try OutputFile.replace(path, with: [1, 2, 3])
        try OutputFile.replace(path, with: contents)
        #expect(try InputFile.contents(of: path) == contents)
    }

    @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
        let path = Self.temporaryPath("failure")
        defer { _ = unsafe path.withPlatformString { unsafe unlink($0) } }
        try OutputFile.replace(path, with: [7])
        #expect(throws: FileFailure.self) {
            try OutputFile.replace(path) { file throws(Errno) in
                do { _ = try file.writeAll([1, 2]) } catch { throw .ioError }
                throw .noSpace
            }
        }
        #expect(try InputFile.contents(of: path) == [7])
        let neighbour = "/tmp/.\(path.lastComponent!.string).\(getpid()).partial"
        #expect(throws: FileFailure.self) { try InputFile.contents(of: FilePath(neighbour)) }
    }

    /// A pipe stands for every device: a file moved there would take the place of `/dev/null`.
    @Test func whatIsNoFileIsNotReplaced() throws {
        let (pipe, link) = (Self.temporaryPath("pipe"), Self.temporaryPath("link"))
        defer {
            for path in [pipe, link] { _ = unsafe path.withPlatformString { unsafe unlink($0) } }
        }
        #expect(unsafe pipe.withPlatformString { unsafe mkfifo($0, 0o600) } == 0)
        #expect(unsafe pipe.withPlatformString { target in unsafe link.withPlatformString { unsafe symlink(target, $0) } } == 0)
        for path in [pipe, link] {
            #expect(throws: FileFailure.self) { try OutputFile.replace(path, with: [1]) }
            #expect(try path.stat().type == .fifo)
        }
        #expect(try link.stat(followTargetSymlink: false).type == .symbolicLink)
        #expect(throws: FileFailure.self) { try OutputFile.replace(FilePath("/tmp"), with: [1]) }
    }

    @Test func messagesNameTheFileAndTheReason() {
        let missing = FilePath("/nowhere/at/all")
        do throws(FileFailure) {
            _ = try InputFile.contents(of: missing)
            Issue.record("a missing file was read")
        } catch {
            #expect(error.description == "/nowhere/at/all: cannot be read: No such file or directory")
        }
        do throws(FileFailure) {
            try OutputFile.replace(missing, with: [])
            Issue.record("a file in a missing folder was written")
        } catch {
            #expect(error.description == "/nowhere/at/all: cannot be written: No such file or directory")
        }
    }
}
