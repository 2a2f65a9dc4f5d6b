import ArgumentParser
import GuestLayout
import HostFiles
import MemoryMap
import SystemPackage

/// An amount of memory as an argument gives it: `512M`, `5G`, `0x1000`, `64K`, `1T`, plain bytes.
struct ByteAmount: ExpressibleByArgument {
    let count: UInt64

    init?(argument: String) {
        guard let count = Self.parse(argument) else { return nil }
        self.count = count
    }

    static func parse(_ text: some StringProtocol) -> UInt64? {
        let lower = text.lowercased()
        if lower.hasPrefix("0x") { return UInt64(lower.dropFirst(2), radix: 16) }
        var digits = lower[...]
        if digits.hasSuffix("ib") { digits = digits.dropLast(2) } else if digits.hasSuffix("b") { digits = digits.dropLast() }
        var shift: UInt64 = 0
        if let unit = digits.last, let place = "kmgtpe".firstIndex(of: unit) {
            shift = 10 * UInt64("kmgtpe".distance(from: "kmgtpe".startIndex, to: place) + 1)
            digits = digits.dropLast()
        }
        guard let number = UInt64(digits), number <= UInt64.max >> shift else { return nil }
        return number << shift
    }
}

/// A start and a size: `0xe0000000,256M`.
struct WindowArgument: ExpressibleByArgument {
    let start: PhysicalAddress
    let byteCount: UInt64?

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let start = ByteAmount.parse(first) else { return nil }
        self.start = PhysicalAddress(start)
        guard parts.count == 2 else {
            byteCount = nil
            return
        }
        guard let count = ByteAmount.parse(parts[1]) else { return nil }
        byteCount = count
    }
}

extension LayoutProfile: NamedArgument {
    /// Without, the numbers behind the cases would stand in the help.
    public static var allValueDescriptions: [String: String] {
        [
            "\(LayoutProfile.crosvm.name)": "what crosvm's code of August 2026 does",
            "\(LayoutProfile.crosvmSeed.name)": "the tables of its documentation of February 2024",
        ]
    }
}

/// The options that both architectures have.
struct LayoutOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The guest's RAM, such as 512M or 5G.", valueName: "size"))
    var memory: ByteAmount

    @Option(name: [.customLong("profile")], help: "Whose layout; crosvm where it is not said.")
    var namedProfile: LayoutProfile?

    @Option(help: ArgumentHelp("The kernel; its header decides on places.", valueName: "file"))
    var kernel: String?

    @Option(help: ArgumentHelp("The initial RAM disk: a file, or =SIZE for one that is not there yet.", valueName: "file"))
    var initrd: String?

    @Option(help: ArgumentHelp("Firmware (x86_64) or a boot loader (aarch64): a file, or =SIZE.", valueName: "file"))
    var bios: String?

    @Option(help: ArgumentHelp("Virtual processors.", valueName: "count"))
    var cpus: UInt64 = 1

    @Flag(name: [.customLong("protected")], help: "A guest that is protected from its host.")
    var isProtected = false

    @Option(help: ArgumentHelp("Start and, after a comma, size of the window for PCI devices below 4 GiB.", valueName: "address"))
    var pciMem: WindowArgument?

    @Option(help: ArgumentHelp("Physical address bits of the guest, 32 to 52.", valueName: "count"))
    var physBits: UInt8?

    @Option(
        name: [.customLong("map-file")],
        help: ArgumentHelp("A file of the host behind these addresses; may be repeated.", valueName: "address,size"))
    var mappedFiles: [WindowArgument] = []

    @Flag(help: "Refuses also what is wrong on paper only.")
    var strict = false

    @Flag(help: "Prints a JSON document instead of the table.")
    var json = false

    @Option(help: ArgumentHelp("Also draws the layout into this file.", valueName: "file"))
    var svg: String?

    var profile: LayoutProfile { namedProfile ?? .crosvm }

    var strictness: LayoutStrictness { strict ? .strict : .bootable }

    /// The size of a file, or the size that stands behind `=`.
    func byteCount(of argument: String) throws -> UInt64 {
        if argument.hasPrefix("="), let count = ByteAmount.parse(argument.dropFirst()) { return count }
        return try LayoutFiles.byteCount(of: FilePath(argument))
    }

    /// The payload: `firmware` of the size of --bios, or `kernel`.
    func payload<Payload>(
        kernel: (KernelImage?) -> Payload, firmware: (UInt64) -> Payload
    ) throws -> Payload {
        guard let bios else { return kernel(try kernelImage()) }
        guard self.kernel == nil else { throw ValidationError("--bios and --kernel: one of them starts the guest") }
        return firmware(try byteCount(of: bios))
    }

    /// A request with what the options say, but for the payload.
    func request<Request: LayoutRequest>() throws -> Request {
        var request = Request(memoryByteCount: memory.count)
        request.profile = profile
        request.initialRAMDiskByteCount = try initrd.map { try byteCount(of: $0) }
        request.virtualProcessorCount = cpus
        request.isProtected = isProtected
        request.pciMemoryStart = pciMem?.start
        request.pciMemoryByteCount = pciMem?.byteCount
        if let physBits { request.physicalAddressBits = physBits }
        request.mappedFiles = try ranges()
        return request
    }

    private func kernelImage() throws -> KernelImage? {
        guard let kernel else { return nil }
        return try LayoutFiles.kernel(FilePath(kernel))
    }

    private func ranges() throws -> [PhysicalRange] {
        try mappedFiles.map { file in
            guard let count = file.byteCount, let range = PhysicalRange(start: file.start, byteCount: count) else {
                throw ValidationError("--map-file: expected an address and a size of at least one byte, such as 0x100000,1M")
            }
            return range
        }
    }
}

/// Files whose sizes and headers decide on a layout.
enum LayoutFiles {
    /// Ends the reading of a file whose header has been read.
    private struct Enough: Error {}

    static func byteCount(of path: FilePath) throws -> UInt64 {
        do {
            let file = try path.stat()
            // Of folders, pipes and devices nobody knows how much they hold.
            guard file.type == .regular else {
                let reason = file.type == .directory ? Errno.isDirectory.description : "this is no regular file"
                throw LayoutFailure(message: "\(FileFailure(path: path, operation: .read, reason: reason))", status: 66)
            }
            return UInt64(clamping: file.size)
        } catch let error as Errno {
            throw LayoutFailure(message: "\(FileFailure(path: path, operation: .read, reason: "\(error)"))", status: 66)
        }
    }

    /// The header is in the first part of the file; program headers of ELF files are as a rule too.
    static func kernel(_ path: FilePath) throws -> KernelImage {
        let count = try byteCount(of: path)
        var bytes: [UInt8] = []
        do {
            try InputFile.forEachPiece(of: path) { piece in
                for index in piece.indices { bytes.append(piece[index]) }
                if bytes.count >= 1 << 20 { throw Enough() }
            }
        } catch let failure as FileFailure {
            throw LayoutFailure(message: "\(failure)", status: 66)
        } catch is Enough {}
        do throws(KernelImageError) {
            return try KernelImage(header: bytes.span, fileByteCount: count)
        } catch {
            throw LayoutFailure(message: "\(path): \(error.explanation)", status: 66)
        }
    }
}

/// Why a layout command ends early, and with what status.
struct LayoutFailure: Error {
    var message: String
    var status: Int32
}
