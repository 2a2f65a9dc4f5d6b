import ArgumentParser
import MachineRunner
import MapFormats
import MemoryMap

extension HandoffPolicy: ExpressibleByArgument {
    /// The names that commands take.
    static let arguments: [(String, HandoffPolicy)] = [
        ("linux-x86", .linuxX86), ("linux-arm64", .linuxARM64), ("freebsd", .freeBSD), ("xnu", .xnu),
    ]

    public init?(argument: String) {
        guard let policy = Self.arguments.first(where: { $0.0 == argument })?.1 else { return nil }
        self = policy
    }

    public static var allValueStrings: [String] { arguments.map(\.0) }

    public static var allValueDescriptions: [String: String] {
        Dictionary(uniqueKeysWithValues: arguments.map { ($0.0, "\($0.1.name)") })
    }

    public var defaultValueDescription: String { argumentName }

    /// The name that commands take.
    var argumentName: String { Self.arguments.first { $0.1 == self }?.0 ?? "" }
}

extension BinaryMapFormat: NamedArgument {}

/// Where maps come from.
struct MapSourceOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Files to read; - is the standard input.", valueName: "source"))
    var sources: [String] = []

    @Flag(help: "Reads this machine's maps: /sys/firmware/memmap, the UEFI runtime map, /proc/iomem, the device tree.")
    var live = false

    @Flag(help: "Boots a machine in QEMU as 'strata boot' does and takes the map that its firmware left.")
    var boot = false

    @Option(help: ArgumentHelp("What binary sources are, instead of finding out.", valueName: "name"))
    var format: BinaryMapFormat?

    @Option(help: ArgumentHelp("The distance of UEFI descriptors in binary sources.", valueName: "bytes"))
    var descriptorSize: Int?

    @Option(
        help: ArgumentHelp(
            "The system that takes the memory over; without, the one that printed the map, or linux-x86.", valueName: "name"))
    var policy: HandoffPolicy?

    @OptionGroup(title: "Machine, with --boot") var machine: MachineOptions

    /// Whether no source was named.
    var isEmpty: Bool { sources.isEmpty && !live && !boot }

    static let missing = "a source is missing: a file, -, --live or --boot"

    /// What the commands that read sources say about exit statuses, each with its own meanings.
    static func statuses(_ own: KeyValuePairs<Int, String>) -> String {
        var meanings = [
            64: "wrong arguments", 65: "a source holds no memory map that is known", 66: "a source cannot be read",
            74: "the standard output cannot be written",
        ]
        for (status, meaning) in own { meanings[status] = meaning }
        let lines = meanings.sorted { $0.key < $1.key }.map { "  " + "\($0.key)".padded(to: 4) + $0.value }
        return (["EXIT STATUS"] + lines + ["  10 and up with --boot as 'strata boot'"]).joined(separator: "\n")
    }

    func validate() throws {
        if sources.count(where: { $0 == "-" }) > 1 { throw ValidationError("the standard input can be read only once") }
        if let descriptorSize, !(40...4_096).contains(descriptorSize) || descriptorSize % 4 != 0 {
            throw ValidationError("--descriptor-size \(descriptorSize): expected a multiple of 4 from 40 to 4096")
        }
    }
}
