public import MapFormats
public import MemoryMap

/// What a Linux guest made of its layout: read from its log, and from the files that ``ProbeProgram`` wrote out.
public struct GuestReport: Sendable {
    /// A firmware table that the guest found.
    public struct Table: Hashable, Sendable {
        public let signature: String
        public let address: PhysicalAddress
        public let byteCount: UInt64
    }

    /// The memory map that the guest was given, in its order.
    public private(set) var firmwareMap: [MapRow] = []

    /// `/proc/iomem`.
    public private(set) var resources: [MapRow] = []
    public private(set) var resourceNames: [String] = []

    /// The windows that the PCI root hands out, without IO ports.
    public private(set) var windows: [PhysicalRange] = []

    /// The enhanced configuration space that the guest uses.
    public private(set) var configurationSpaces: [PhysicalRange] = []
    public private(set) var tables: [Table] = []

    /// Where the guest found its initial RAM disk; whole pages.
    public private(set) var initrd: PhysicalRange?

    /// What the kernel says about unpacking the initial RAM disk, where that failed.
    public private(set) var unpackingFailure: String?

    /// Whether the kernel freed the initial RAM disk after it was unpacked.
    public private(set) var isInitrdFreed = false

    /// The number of processors that came up.
    public private(set) var processors: Int?
    public private(set) var commandLine: String?

    /// What SMBIOS told.
    public private(set) var product: String?

    /// The types of the `setup_data` entries, in the order of the list.
    public private(set) var setupDataTypes: [UInt32] = []

    /// Whether the probe ran to its end.
    public private(set) var isComplete = false

    /// The kernel's version line.
    public private(set) var version: String?

    /// The kernel's last words where it panicked.
    public private(set) var panic: String?

    public init(lines: [String]) {
        for line in lines { read(line.droppingTimestamp) }
        readFiles(lines)
        readMaps(lines)
    }

    private mutating func read(_ line: Substring) {
        if line.hasPrefix("Linux version "), version == nil { version = String(line) }
        if line.hasPrefix("RAMDISK: [mem ") { initrd = line.bracketedRange }
        if let index = line.firstRange(of: "Initramfs unpacking failed: ") {
            unpackingFailure = String(line[index.upperBound...])
        }
        if line.hasPrefix("rootfs image is not initramfs") { unpackingFailure = String(line) }
        if line.hasPrefix("Freeing initrd memory: ") { isInitrdFreed = true }
        if line.hasPrefix("Kernel panic - not syncing: "), panic == nil { panic = String(line) }
        if line.hasPrefix("smp: Brought up ") {
            // "smp: Brought up 1 node, 4 CPUs"
            let words = line.split(separator: " ")
            processors = words.count >= 7 ? Int(words[5]) : nil
        }
        if line.hasPrefix("DMI: ") { product = String(line.dropFirst(5)) }
        if line.hasPrefix("ACPI: ") {
            // "ACPI: FACP 0x00000000000E0840 000114 (v06 …"
            let words = line.split(separator: " ")
            if words.count >= 4, words[1].utf8.count == 4, words[2].hasPrefix("0x"),
                let address = UInt64(words[2].dropFirst(2), radix: 16), let count = UInt64(words[3], radix: 16)
            {
                tables.append(Table(signature: String(words[1]), address: PhysicalAddress(address), byteCount: count))
            }
        }
        if line.hasPrefix(ProbeProgram.lastWords) { isComplete = true }
    }

    /// The files between the marks. The kernel's own messages are off by then.
    private mutating func readFiles(_ lines: [String]) {
        var path = ""
        for line in lines {
            if line.hasPrefix(ProbeProgram.fileMark) {
                path = String(line.dropFirst(ProbeProgram.fileMark.utf8.count))
                continue
            }
            let text = line.drop { $0 == " " }
            guard !text.isEmpty, !path.isEmpty else { continue }
            if path == "/proc/cmdline" {
                commandLine = line
            } else if path.hasPrefix("/sys/kernel/boot_params/setup_data/") {
                if let type = UInt32(text.hasPrefix("0x") ? text.dropFirst(2) : text, radix: 16) { setupDataTypes.append(type) }
            }
            if path != "/proc/iomem" { path = "" }
        }
    }

    private mutating func readMaps(_ lines: [String]) {
        var reader = MapReader()
        do { try reader.read(Array(lines.joined(separator: "\n").utf8).span) } catch { return }
        guard let collection = try? reader.finish() else { return }
        firmwareMap = collection.maps.first { $0.kind == .linuxE820 }?.rows ?? []
        if let map = collection.maps.first(where: { $0.kind == .linuxIOMem }) {
            resources = map.rows
            resourceNames = map.rows.map { collection.word(of: $0) }
        }
        for fact in collection.facts {
            switch fact.kind {
            case .hostBridgeWindow: windows.append(fact.range)
            case .configurationSpace: configurationSpaces.append(fact.range)
            default: break
            }
        }
    }

    /// The ranges of `/proc/iomem` with this name.
    public func resources(named name: String) -> [PhysicalRange] {
        zip(resources, resourceNames).filter { $0.1 == name }.compactMap { $0.0.range }
    }
}

extension StringProtocol {
    /// The line without the kernel's time in brackets.
    fileprivate var droppingTimestamp: Substring {
        let line = Substring(self)
        guard line.hasPrefix("["), let close = line.firstIndex(of: "]") else { return line }
        return line[line.index(after: close)...].drop { $0 == " " }
    }

    /// The range in "[mem 0x…-0x…]".
    fileprivate var bracketedRange: PhysicalRange? {
        guard let open = Substring(self).firstRange(of: "[mem 0x") else { return nil }
        let rest = Substring(self)[open.upperBound...].prefix { $0 != "]" && $0 != " " }
        let parts = rest.split(separator: "-")
        guard parts.count == 2, parts[1].hasPrefix("0x"), let start = UInt64(parts[0], radix: 16),
            let last = UInt64(parts[1].dropFirst(2), radix: 16)
        else { return nil }
        return PhysicalRange(start: PhysicalAddress(start), last: PhysicalAddress(last))
    }
}
