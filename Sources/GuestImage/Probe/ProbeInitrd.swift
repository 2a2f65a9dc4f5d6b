public import MachineRunner

/// The initial RAM disk of a guest that is asked what it made of its layout: ``ProbeProgram`` as its first program.
public enum ProbeInitrd {
    /// The archive.
    ///
    /// - Parameters:
    ///   - disk: An initial RAM disk of the user's, which the kernel unpacks first; the probe takes the place of its first
    ///     program.
    ///   - padding: The size of a file of a fixed pattern that is put in too, in bytes, so that the disk is a large one; the
    ///     kernel verifies it by the archive's checksum.
    public static func bytes(
        for architecture: MachineArchitecture, after disk: [UInt8] = [], padding: Int = 0
    ) -> [UInt8] {
        var archive = CPIOArchive()
        for folder in ["dev", "proc", "sys"] { archive.addDirectory(folder) }
        archive.addCharacterDevice("dev/console", major: 5, minor: 1)
        archive.addFile("init", mode: 0o755, ProbeProgram.executable(for: architecture))
        if padding > 0 {
            archive.addFile("padding", (0..<padding).map { UInt8(truncatingIfNeeded: $0 &* 0x9E37_79B1 >> 13) })
        }
        archive.finish()
        // Archives follow each other at multiples of 4, zeros between them.
        return disk + [UInt8](repeating: 0, count: (4 - disk.count % 4) % 4) + archive.bytes
    }
}
