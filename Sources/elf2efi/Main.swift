import ArgumentParser
import ExecutableImage
import HostFiles
import SystemPackage

/// `elf2efi`: turns a static-pie ELF executable into a UEFI image.
@main
struct ELF2EFI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elf2efi",
        abstract: "Turn a static-pie ELF executable into a PE32+ UEFI image.",
        discussion: """
            INPUT is linked for x86-64 or AArch64 with `-pie --no-dynamic-linker -z text -z norelro -z separate-code \
            -z max-page-size=4096`. Every loadable segment becomes a section with the segment's own permissions, every \
            relative relocation a base relocation. The same input gives the same bytes.
            """)

    @Argument(help: "The ELF executable.")
    var input: String

    @Option(name: [.customShort("o"), .long], help: "The UEFI image to write.")
    var output: String

    @Option(help: "What the firmware takes the image for: \(Subsystem.allValueStrings.joined(separator: ", ")).")
    var subsystem: Subsystem = .application

    enum Subsystem: String, ExpressibleByArgument, CaseIterable {
        case application
        case bootServiceDriver = "boot-service-driver"
        case runtimeDriver = "runtime-driver"

        var value: PESubsystem {
            switch self {
            case .application: .application
            case .bootServiceDriver: .bootServiceDriver
            case .runtimeDriver: .runtimeDriver
            }
        }
    }

    func run() throws {
        let file = try InputFile.contents(of: FilePath(input))
        let image = try convert(file)
        try OutputFile.replace(FilePath(output), with: image)
    }

    /// The UEFI image made of the ELF file, or a message for the user.
    private func convert(_ file: [UInt8]) throws(Failure) -> [UInt8] {
        let elf: ELFImage
        do throws(ELFError) {
            elf = try ELFImage(validating: file.span)
        } catch {
            throw Failure("\(input): \(error.explanation)")
        }
        do throws(PEImageError) {
            return try PEImageBuilder(converting: elf, subsystem: subsystem.value).build()
        } catch {
            throw Failure("\(input): \(error.explanation)")
        }
    }
}
