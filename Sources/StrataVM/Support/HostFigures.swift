import CHostMemory
import CStrataVM
import HostVirtualMemory

/// Figures that the host's kernel gives as lines of a name, a colon and a number of kilobytes.
struct HostFigures {
    private let lines: [ArraySlice<UInt8>]

    /// - Parameter path: of the kernel's file; without it there are no figures.
    init(_ path: String) { lines = KernelFile.bytes(path).split(separator: UInt8(ascii: "\n")) }

    /// A figure in bytes; nil where there is none of that name.
    subscript(_ name: String) -> UInt64? {
        for line in lines where line.starts(with: name.utf8) {
            let rest = line.dropFirst(name.utf8.count)
            guard rest.first == UInt8(ascii: ":") else { continue }
            return Self.number(rest.dropFirst()).map { $0 << 10 }
        }
        return nil
    }

    /// The first number of a line, after blanks.
    static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        let digits = text.drop { blanks.contains($0) }.prefix { 0x30...0x39 ~= $0 }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}

/// The host's memory, in bytes.
struct HostMemoryFigures {
    private let figures = HostFigures("/proc/meminfo")

    var total: UInt64 { figures["MemTotal"] ?? host_memory_and_swap() }

    /// What programs could be given at once: pages that are free, and those that files only lie in to be found again.
    var available: UInt64 { min(figures["MemAvailable"] ?? (free + (figures["Buffers"] ?? 0)), total) }

    private var free: UInt64 { figures["MemFree"] ?? 0 }

    /// What lies in memory of files.
    var cached: UInt64 { (figures["Cached"] ?? 0) + (figures["Buffers"] ?? 0) }

    /// The kernel's own memory that it can do without.
    var reclaimable: UInt64 { figures["SReclaimable"] ?? 0 }

    /// The kernel's own memory that stays.
    var unreclaimable: UInt64 {
        (figures["SUnreclaim"] ?? 0) + (figures["KernelStack"] ?? 0) + (figures["PageTables"] ?? 0)
    }

    /// The most that one process may count on: all but 512 pages.
    var availableToProcess: UInt64 { total - min(total, 512 << 12) }
}

@c func strata_vm_available_memory() -> ULONG64 { HostMemoryFigures().available }
