public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// What the page at an address is, and how many bytes from it on are alike: VirtualQuery.
    ///
    /// - Throws: `.invalidParameter` above the highest address of user mode.
    /// - Complexity: O(log *n*) for *n* runs of alike pages, whatever their size.
    public func query(_ address: VirtualAddress) throws(NTStatus) -> MemoryBasicInformation {
        guard address.rawValue <= regions.highest else { throw .invalidParameter }
        return regions.block(of: address.rawValue)
    }

    /// What the allocation of an address is as a whole.
    ///
    /// - Throws: `.invalidParameter` above the highest address of user mode, `.invalidAddress` where nothing is allocated.
    /// - Complexity: O(log *n*).
    public func queryRegion(_ address: VirtualAddress) throws(NTStatus) -> MemoryRegionInformation {
        guard address.rawValue <= regions.highest else { throw .invalidParameter }
        guard let index = regions.allocation(at: address.rawValue) else { throw .invalidAddress }
        let allocation = regions.allocations[index]
        return MemoryRegionInformation(
            allocationBase: VirtualAddress(allocation.start), allocationProtection: allocation.protection,
            byteCount: allocation.byteCount, commitSize: allocation.charged)
    }

    /// Gives every block of alike pages from the lowest address to the highest, free ones included.
    ///
    /// - Parameter visit: returns false to stop.
    /// - Complexity: O(*n*).
    public func walk(_ visit: (MemoryBasicInformation) -> Bool) {
        regions.walk(visit)
    }
}
