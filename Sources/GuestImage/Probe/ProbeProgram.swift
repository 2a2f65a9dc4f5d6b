public import MachineRunner

/// The first program of a guest that is asked what it made of its layout: it writes the text of some files of the kernel's to
/// the console and powers the machine off.
///
/// A static ELF executable without a library, put together here so that no compiler is needed for another architecture.
public enum ProbeProgram {
    /// The files that are read; those that the guest lacks are passed over.
    public static let paths: [String] = {
        var paths = ["/proc/iomem", "/proc/cmdline"]
        for index in 0..<64 {
            for part in ["start", "end", "type"] { paths.append("/sys/firmware/memmap/\(index)/\(part)") }
        }
        for index in 0..<4 { paths.append("/sys/kernel/boot_params/setup_data/\(index)/type") }
        paths.append("/sys/class/dmi/id/product_name")
        paths.append("/sys/class/dmi/id/sys_vendor")
        return paths
    }()

    /// What is written before the text of a file, and the file's path after it.
    public static let fileMark = "STRATA-PROBE-FILE "

    /// What is written after the last file.
    public static let lastWords = "STRATA-PROBE-DONE"

    /// The executable.
    public static func executable(for architecture: MachineArchitecture) -> [UInt8] {
        var data = ProbeData()
        var entries: [[UInt64]] = []
        for path in paths {
            let header = "\n\(fileMark)\(path)\n"
            entries.append([data.text(path), data.text(header, zero: false), UInt64(header.utf8.count)])
        }
        let strings = ProbeStrings(
            proc: data.text("proc"), procFolder: data.text("/proc"), sys: data.text("sysfs"), sysFolder: data.text("/sys"),
            last: data.text("\n\(lastWords)\n", zero: false), lastCount: UInt64(lastWords.utf8.count + 2))
        let table = data.words(entries.flatMap { $0 } + [0])
        let code: [UInt8] =
            switch architecture {
            case .x86_64: ProbeCode.x86_64(strings, table: table, buffer: ProbeData.buffer)
            case .aarch64: ProbeCode.aarch64(strings, table: table, buffer: ProbeData.buffer)
            }
        return executable(code: code, data: data.bytes, machine: architecture == .x86_64 ? 62 : 183)
    }

    /// An ELF file of one segment: its headers and the code in the first 4 KiB, then the data, then the buffer.
    private static func executable(code: [UInt8], data: [UInt8], machine: UInt64) -> [UInt8] {
        let codeOffset = 64 + 56
        precondition(codeOffset + code.count <= Int(ProbeData.offset), "the code fits before the data")
        let size = ProbeData.offset + UInt64(data.count)
        var file: [UInt8] = [0x7F] + Array("ELF".utf8) + [2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        func put(_ value: UInt64, _ count: Int) {
            for index in 0..<count { file.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
        }
        put(2, 2)  // an executable
        put(machine, 2)
        put(1, 4)
        put(ProbeData.base + UInt64(codeOffset), 8)
        put(64, 8)
        put(0, 8)
        put(0, 4)
        for half in [64, 56, 1, 64, 0, 0] as [UInt64] { put(half, 2) }
        put(1, 4)  // a segment to load
        put(7, 4)  // readable, writable, executable
        put(0, 8)
        put(ProbeData.base, 8)
        put(ProbeData.base, 8)
        put(size, 8)
        put(ProbeData.buffer + ProbeData.bufferByteCount - ProbeData.base, 8)
        put(0x1_0000, 8)
        file += code
        file += [UInt8](repeating: 0, count: Int(ProbeData.offset) - file.count)
        return file + data
    }
}

/// The addresses of the program's texts.
struct ProbeStrings {
    var proc: UInt64
    var procFolder: UInt64
    var sys: UInt64
    var sysFolder: UInt64
    var last: UInt64
    var lastCount: UInt64
}

/// The data of the program, at fixed addresses below 4 GiB.
struct ProbeData {
    static let base: UInt64 = 0x40_0000
    static let offset: UInt64 = 0x1000
    static let buffer: UInt64 = 0x41_0000
    static let bufferByteCount: UInt64 = 0x1000

    private(set) var bytes: [UInt8] = []

    /// Adds a text; returns its address.
    mutating func text(_ text: String, zero: Bool = true) -> UInt64 {
        let address = Self.base + Self.offset + UInt64(bytes.count)
        bytes += Array(text.utf8)
        if zero { bytes.append(0) }
        return address
    }

    /// Adds words of 64 bits; returns the address of the first.
    mutating func words(_ words: [UInt64]) -> UInt64 {
        while bytes.count % 8 != 0 { bytes.append(0) }
        let address = Self.base + Self.offset + UInt64(bytes.count)
        for word in words {
            for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(index * 8))) }
        }
        precondition(Self.base + Self.offset + UInt64(bytes.count) <= Self.buffer, "the data end before the buffer")
        return address
    }
}
