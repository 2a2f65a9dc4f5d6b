public import MemoryMap

extension BootInfo {
    /// Judges every pointer against the memory map, before the kernel follows the first of them.
    ///
    /// - The memory map, the kernel, the initial RAM disk, the command line and the boot information itself lie in memory that
    ///   the map gives to the loader, so that no one takes it for free.
    /// - The RSDP, the SMBIOS entry point, the device tree and the system table lie in memory of the map; the first two may
    ///   lie in the BIOS area 0xE0000–0xFFFFF instead, which firmware need not describe.
    /// - None of these shares a byte with another.
    /// - The framebuffer may lie outside of the map, but not in usable RAM or over any of the others, and holds all its lines.
    /// - The map, the device tree, the system table and the boot information are aligned to 8 bytes, the kernel's physical
    ///   and virtual start to 4 KiB, the RSDP in the BIOS area to 16 bytes; the kernel's virtual range does not pass 2^64.
    ///
    /// What the pointers lead to is not looked at: only the start of each firmware table, as long as its shortest form is, has
    /// to be there. Allocates nothing.
    ///
    /// - Parameters:
    ///   - location: where the encoded structure itself lies.
    ///   - covers: whether the map has memory, of whatever type, for the whole of a range.
    ///   - isLoaderMemory: whether the whole of a range is of type `EfiLoaderCode` or `EfiLoaderData` in the map.
    ///   - overlapsUsable: whether a byte of a range is RAM that the kernel may use, now or once boot services have gone.
    /// - Throws: one of the second group of ``BootInfoError``.
    /// - Complexity: O(1) calls of each closure.
    public func validate(
        at location: PhysicalRange,
        coveredBy covers: (PhysicalRange) -> Bool,
        givenToLoader isLoaderMemory: (PhysicalRange) -> Bool,
        overlapsUsable: (PhysicalRange) -> Bool
    ) throws(BootInfoError) {
        try checkAlignment(at: location)
        let parts = try handedOn(at: location)
        for index in parts.indices {
            guard let part = parts[index] else { continue }
            switch part.placement {
            case .loaderMemory:
                guard covers(part.range) else { throw .outsideMemoryMap(part.field, part.range) }
                guard isLoaderMemory(part.range) else { throw .notLoaderMemory(part.field, part.range) }
            case .memory:
                guard covers(part.range) else { throw .outsideMemoryMap(part.field, part.range) }
            case .memoryOrBIOSArea:
                guard part.isInBIOSArea || covers(part.range) else {
                    throw .outsideMemoryMap(part.field, part.range)
                }
            case .outsideUsableMemory:
                guard !overlapsUsable(part.range) else { throw .framebufferInUsableMemory(part.range) }
            }
            for earlier in 0..<index {
                guard let other = parts[earlier], other.range.overlaps(part.range) else { continue }
                throw .overlapping(other.field, other.range, with: part.field, part.range)
            }
        }
        try framebuffer?.checkGeometry()
    }
}

extension BootInfo {
    /// Judges every pointer against the memory map as ``validate(at:coveredBy:givenToLoader:overlapsUsable:)`` does.
    ///
    /// - Parameters:
    ///   - location: where the encoded structure itself lies.
    ///   - map: the map at ``memoryMap``.
    ///   - policy: what becomes of each type of memory; it tells which RAM the framebuffer must not lie over.
    /// - Throws: one of the second group of ``BootInfoError``.
    /// - Complexity: O(log *n* + *k*) for a map of *n* regions, of which *k* lie under what is handed on.
    public func validate(
        at location: PhysicalRange, against map: PhysicalMemoryMap, policy: HandoffPolicy
    ) throws(BootInfoError) {
        try validate(
            at: location,
            coveredBy: { map.covers($0) },
            givenToLoader: { range in
                map.covers(range) { $0.type == .loaderCode || $0.type == .loaderData }
            },
            overlapsUsable: { range in
                for region in map.regions(overlapping: range) where policy.fate(of: region) == .usable { return true }
                return false
            })
    }
}
