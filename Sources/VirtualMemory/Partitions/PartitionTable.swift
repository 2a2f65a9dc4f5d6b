public import MemoryMap

/// The partitions of a process's address space.
public struct PartitionTable: Hashable, Sendable {
    /// Never accessible, so that null pointers with small offsets are caught: the first 64 KiB.
    public let nullPointer: VirtualRange

    /// What the process can use.
    public let user: VirtualRange

    /// User mode that the system keeps from a program not ready for large addresses: from 2 GB to the off-limits partition.
    public let reserved: VirtualRange?

    /// Never accessible, so that a range cannot run from user mode into the kernel: 64 KiB.
    public let offLimits: VirtualRange

    /// The operating system's.
    public let kernel: VirtualRange

    /// The partitions of a program.
    ///
    /// - Parameter isLargeAddressAware: the flag in the header of the executable; those of libraries count for nothing.
    public init(platform: Platform, isLargeAddressAware: Bool = true) {
        let granule = Platform.allocationGranularity
        let kernelStart = platform.kernelStart.rawValue
        let offLimitsStart = kernelStart - granule
        let userEnd = isLargeAddressAware ? offLimitsStart : min(offLimitsStart, platform.smallAddressEnd - granule)
        nullPointer = Self.range(0, granule)
        user = Self.range(granule, userEnd)
        reserved = userEnd < offLimitsStart ? Self.range(userEnd, offLimitsStart) : nil
        offLimits = Self.range(offLimitsStart, kernelStart)
        guard let kernel = VirtualRange(start: platform.kernelStart, last: platform.lastAddress) else {
            preconditionFailure("every platform has a kernel partition")
        }
        self.kernel = kernel
    }

    private static func range(_ start: UInt64, _ end: UInt64) -> VirtualRange {
        guard let range = VirtualRange(start: VirtualAddress(start), last: VirtualAddress(end - 1)) else {
            preconditionFailure("no partition is empty")
        }
        return range
    }

    /// The partition that an address lies in; every address lies in one, but for those that a 32-bit pointer cannot name.
    public func partition(of address: VirtualAddress) -> Partition? {
        if nullPointer.contains(address) { return .nullPointer }
        if user.contains(address) { return .user }
        if let reserved, reserved.contains(address) { return .reserved }
        if offLimits.contains(address) { return .offLimits }
        return kernel.contains(address) ? .kernel : nil
    }
}

/// One of the parts that an address space is divided into.
public enum Partition: Hashable, Sendable {
    case nullPointer
    case user
    case reserved
    case offLimits
    case kernel
}
