public import BootHandoff
public import KernelMemory
public import MemoryMap

// What a kernel asks of the tables that it was handed, and the first thing that it changes in them.

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Whether every byte of a range can be read at its physical address.
    public func isIdentityMapped(_ range: PhysicalRange) throws(PagingError) -> Bool {
        guard range.last.rawValue < KernelAddressSpace.identityLimit else { return false }
        var at = range.start.alignedDown(to: PageCount.pageSize)
        while true {
            guard let translation = try translate(VirtualAddress(at.rawValue)), translation.physicalAddress == at else {
                return false
            }
            guard
                let next = PhysicalAddress((at.rawValue & ~(translation.size.byteCount - 1))).advanced(
                    by: translation.size.byteCount),
                next <= range.last
            else { return true }
            at = next
        }
    }

    /// Whether a console's registers are mapped as what they are: a device, at its physical address, that may be written.
    public func isUsable(_ console: EarlyConsole) throws(PagingError) -> Bool {
        guard let registers = console.registers else { return true }
        let address = VirtualAddress(registers.start.rawValue)
        guard Format.canTranslate(address), let translation = try translate(address) else { return false }
        return translation.physicalAddress == registers.start && translation.attributes.caching == .uncacheable
            && translation.attributes.permissions == .write
    }

    /// Takes the permission to execute from everything below the kernel's image: the loader's way in is not needed again.
    public mutating func sealIdentityMapping() throws(PagingError) {
        guard let identity = VirtualRange(start: VirtualAddress(0), byteCount: KernelAddressSpace.identityLimit) else { return }
        var executable: [PageTableLeaf] = []
        try forEachLeaf(in: identity) { (leaf) throws(PagingError) in
            if leaf.attributes.permissions.contains(.execute) { executable.append(leaf) }
        }
        for leaf in executable {
            var attributes = leaf.attributes
            attributes.permissions.remove(.execute)
            try protect(leaf.range, attributes: attributes)
        }
    }
}
