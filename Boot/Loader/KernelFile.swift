import BootHandoff
import ExecutableImage
import FirmwareConsole
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

/// The kernel as it was read: its file, and what its checksum says about it.
struct KernelFile {
    let bytes: PhysicalRange
    let digest: SHA256Digest

    /// Whether the digest is the one of the checksum file beside the kernel.
    let isVerified: Bool

    /// Reads the kernel and compares it with its checksum file.
    ///
    /// - Throws: a failure at the stage kernel for a file that is missing, empty or too large; one at the stage verification
    ///   where the configuration requires the checksum and it is missing, malformed or another file's.
    init(
        _ configuration: LoaderConfiguration, from volume: Volume, in firmware: Firmware, console: inout LoaderConsole
    ) throws(LoaderFailure) {
        let bytes = try volume.readWhole(configuration.kernel, .kernel)
        self.bytes = bytes
        digest = IdentityMappedMemory().withBytes(of: bytes) { SHA256.digest(of: $0) }
        do throws(LoaderFailure) {
            let expected = try Self.checksum(configuration, from: volume, in: firmware)
            guard expected == digest else { throw Self.mismatch(configuration, actual: digest, expected: expected) }
            isVerified = true
        } catch {
            guard configuration.verification == .optional else {
                firmware.free(bytes)
                throw error
            }
            isVerified = false
            console.say { text in
                text.write("warning: the kernel is not verified: ")
                text.write(utf8: error.message.span)
            }
        }
    }

    private static func checksum(
        _ configuration: LoaderConfiguration, from volume: Volume, in firmware: Firmware
    ) throws(LoaderFailure) -> SHA256Digest {
        let path = configuration.checksumPath
        let file = try volume.readWhole(path, .verification)
        defer { firmware.free(file) }
        do throws(ChecksumLineError) {
            return try IdentityMappedMemory().withBytes(of: file) { (bytes) throws(ChecksumLineError) in
                try SHA256Digest(checksumLine: bytes)
            }
        } catch {
            throw LoaderFailure(.verification, status: .securityViolation) { text in
                text.write(utf8: path.span)
                text.write(" is no checksum as sha256sum writes it: 64 hexadecimal digits, two blanks and the file's name")
            }
        }
    }

    private static func mismatch(
        _ configuration: LoaderConfiguration, actual: SHA256Digest, expected: SHA256Digest
    ) -> LoaderFailure {
        LoaderFailure(.verification, status: .securityViolation) { text in
            text.write(utf8: configuration.kernel.span)
            text.write(" is not the file that its checksum was made of: its SHA-256 is ")
            text.write(actual)
            text.write(", and ")
            text.write(utf8: configuration.checksumPath.span)
            text.write(" says ")
            text.write(expected)
        }
    }
}

extension TextSink where Self: ~Copyable {
    /// Writes a digest as 64 hexadecimal digits.
    mutating func write(_ digest: SHA256Digest) {
        let bytes = digest.bytes
        write(hexadecimal: bytes.span)
    }
}

extension Volume {
    /// The largest kernel or initial RAM disk that is read, in bytes.
    private static let fileByteLimit: UInt64 = 1 << 30

    /// A whole file in pages of loader data; the range ends with the file's last byte.
    func readWhole(_ path: [UInt8], _ stage: LoaderStage) throws(LoaderFailure) -> PhysicalRange {
        do throws(ReadError) {
            let file = try read(FirmwarePath.terminatedUTF16(path.span), limit: Self.fileByteLimit)
            guard let range = PhysicalRange(start: file.start, byteCount: file.byteCount) else { throw ReadError.empty }
            return range
        } catch {
            throw Self.failure(stage, path: path, error)
        }
    }
}
