import CStrataVM
import Glibc
import HostVirtualMemory
import Synchronization
import VirtualMemory

/// What the process has of memory, in bytes.
private struct MemoryCounters {
    let faultCount: UInt32
    let workingSet: UInt64
    let peakWorkingSet: UInt64
    let privateWorkingSet: UInt64
    let addresses: UInt64
    let peakAddresses: UInt64
    let charge: UInt64
    let peakCharge: UInt64

    /// What sections have been promised beside.
    let sharedCharge: UInt64

    /// The kernel's counts are inexact by some pages each time; a peak that was told once stays.
    private static let largestPeak = Atomic<UInt64>(0)

    init() {
        let figures = HostFigures("/proc/self/status")
        var usage = rusage()
        let isKnown = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        faultCount = isKnown ? UInt32(truncatingIfNeeded: usage.ru_minflt + usage.ru_majflt) : 0
        workingSet = figures["VmRSS"] ?? 0
        let peak = max(workingSet, figures["VmHWM"] ?? UInt64(isKnown ? usage.ru_maxrss : 0) << 10)
        peakWorkingSet = Self.largestPeak.max(peak, ordering: .relaxed).newValue
        privateWorkingSet = figures["RssAnon"] ?? 0
        addresses = figures["VmSize"] ?? 0
        peakAddresses = max(addresses, figures["VmPeak"] ?? 0)
        (charge, peakCharge) = HostProcess.current.privateCharge
        let all = HostProcess.current.commitCharge.charge
        sharedCharge = all - min(all, charge)
    }

    /// The sizes that all structures have: the working set's, four quotas that are not kept, and the paging file's.
    var sizes: [UInt64] { [peakWorkingSet, workingSet, 0, 0, 0, 0, charge, peakCharge] }
}

@c @implementation public func K32GetProcessMemoryInfo(
    _ process: HANDLE?, _ counters: PPROCESS_MEMORY_COUNTERS?, _ length: DWORD
) -> BOOL {
    win32 { () throws(Status) in
        let sizes = (
            MemoryLayout<PROCESS_MEMORY_COUNTERS>.size, MemoryLayout<PROCESS_MEMORY_COUNTERS_EX>.size,
            MemoryLayout<PROCESS_MEMORY_COUNTERS_EX2>.size
        )
        guard length >= sizes.0 else { throw .bufferTooSmall }
        try unsafe HandleTable.process(process, access: 0x1000)
        let size = length >= sizes.2 ? sizes.2 : length >= sizes.1 ? sizes.1 : sizes.0
        let found = MemoryCounters()
        let words =
            [UInt64(size) | UInt64(found.faultCount) << 32] + found.sizes
            + [found.charge, found.privateWorkingSet, found.sharedCharge]
        try unsafe Arguments.store(all: words.prefix(size / 8), counters)
    }
}

@c func strata_vm_query_counters(_ process: HANDLE?, _ buffer: PVOID?, _ length: ULONG, _ written: PULONG?) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process, access: 0x1000)
        let sizes = (MemoryLayout<VM_COUNTERS>.size, MemoryLayout<VM_COUNTERS_EX>.size)
        guard length == sizes.0 || length == sizes.1 else { throw Status(.infoLengthMismatch) }
        let found = MemoryCounters()
        let words = [found.peakAddresses, found.addresses, UInt64(found.faultCount)] + found.sizes + [found.charge]
        try unsafe Arguments.store(all: words.prefix(Int(length) / 8), buffer)
        if unsafe written != nil, unsafe !Arguments.store(length, written) { throw Status(.accessViolation) }
    }
}

/// How many processes and threads the host runs, and how many files they have open.
private func hostCounts() -> (handles: UInt64, processes: UInt64, threads: UInt64) {
    let handles = HostFigures.number(KernelFile.bytes("/proc/sys/fs/file-nr")[...]) ?? 0
    // The fourth word of the load is how many threads can run, a slash, and how many there are.
    let load = KernelFile.bytes("/proc/loadavg").split(separator: UInt8(ascii: "/"))
    let threads = load.count > 1 ? HostFigures.number(load[1]) ?? 0 : 0
    var processes: UInt64 = 0
    if let directory = unsafe opendir("/proc") {
        // The entry is the directory's own until the next is read; its name ends with a zero.
        while let entry = unsafe readdir(directory) {
            if unsafe 0x31...0x39 ~= entry.pointee.d_name.0 { processes += 1 }
        }
        unsafe closedir(directory)
    }
    return (handles, processes, max(threads, processes))
}

@c @implementation public func K32GetPerformanceInfo(_ information: PPERFORMANCE_INFORMATION?, _ length: DWORD) -> BOOL {
    win32 { () throws(Status) in
        let size = MemoryLayout<PERFORMANCE_INFORMATION>.size
        guard length >= size else { throw Status(.infoLengthMismatch) }
        let memory = HostMemoryFigures()
        let commit = HostProcess.current.commitCharge
        let (paged, nonpaged) = (memory.reclaimable, memory.unreclaimable)
        let sizes = [
            commit.charge, commit.limit, commit.peak, memory.total, memory.available, memory.cached, paged + nonpaged, paged,
            nonpaged,
        ]
        let counts = hostCounts()
        let words =
            [UInt64(size)] + sizes.map { $0 >> 12 } + [
                0x1000, UInt64(UInt32(clamping: counts.handles)) | UInt64(UInt32(clamping: counts.processes)) << 32,
                UInt64(UInt32(clamping: counts.threads)),
            ]
        try unsafe Arguments.store(all: words, information)
    }
}

@c @implementation public func GetPhysicallyInstalledSystemMemory(_ kilobytes: PULONGLONG?) -> BOOL {
    win32 { () throws(Status) in
        guard unsafe kilobytes != nil else { throw Status(.invalidParameter) }
        guard unsafe Arguments.store(ULONGLONG(HostMemoryFigures().total >> 10), kilobytes) else {
            throw Status(.accessViolation)
        }
    }
}
