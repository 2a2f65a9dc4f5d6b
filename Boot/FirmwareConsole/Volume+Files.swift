public import BootHandoff
import Machine
import MemoryMap
import MemoryReport
public import UEFI
import UEFIStatus

extension Volume {
    /// The configuration in its file; nil where there is no such file, or an empty one.
    ///
    /// - Throws: Why the file could not be read, or the first line that is not understood.
    public func configuration<Configuration: ConfigurationFile, Stage: ApplicationStage>(
        _ type: Configuration.Type, for stage: Stage, services: BootServices
    ) throws(ApplicationFailure<Stage>) -> Configuration? {
        var path = ByteBuffer()
        path.write(Configuration.path)
        let file: LoadedFile
        do throws(ReadError) {
            file = try read(FirmwarePath.terminatedUTF16(path.bytes.span), limit: UInt64(LoaderConfiguration.fileByteLimit))
        } catch {
            switch error {
            case .empty, .firmware(.notFound): return nil
            default: throw Self.failure(stage, path: path.bytes, error)
            }
        }
        defer { try? services.freePages(at: file.start, file.pages) }
        guard let range = PhysicalRange(start: file.start, byteCount: file.byteCount) else { return nil }
        do throws(LoaderConfigurationError) {
            return try IdentityMappedMemory().withBytes(of: range) { (bytes) throws(LoaderConfigurationError) in
                try Configuration(parsing: bytes)
            }
        } catch {
            throw ApplicationFailure(stage, status: .invalidParameter) { text in
                text.write(utf8: path.bytes.span)
                text.write(", line ")
                text.write(decimal: error.line)
                text.write(": ")
                text.write(error.reason.message)
            }
        }
    }

    /// What is told of a file that could not be read.
    public static func failure<Stage: ApplicationStage>(
        _ stage: Stage, path: [UInt8], _ error: ReadError
    ) -> ApplicationFailure<Stage> {
        let status: EFIStatus =
            switch error {
            case .firmware(let status): status
            default: .deviceError
            }
        return ApplicationFailure(stage, status: status) { text in
            text.write("cannot read ")
            text.write(utf8: path.span)
            text.write(" from the boot volume: ")
            switch error {
            case .firmware(.notFound): text.write("there is no such file")
            case .firmware(let status):
                text.write("the firmware answers ")
                text.write(status.name)
            case .tooLarge(let byteCount):
                text.write("it is too large, with ")
                text.write(decimal: byteCount)
                text.write(" bytes")
            case .empty: text.write("it is empty")
            case .truncated(let byteCount, let expected):
                text.write("it ends after ")
                text.write(decimal: byteCount)
                text.write(" of ")
                text.write(decimal: expected)
                text.write(" bytes")
            }
        }
    }
}
