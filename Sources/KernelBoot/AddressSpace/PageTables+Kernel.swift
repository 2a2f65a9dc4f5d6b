import BootHandoff
import ExecutableImage
public import KernelMemory
public import MemoryMap

// The address space that the kernel starts with; see `KernelAddressSpace` for what lies where.

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Maps everything that the kernel needs until it makes mappings of its own.
    ///
    /// Written or executed, never both: RAM at its physical addresses is not executable, and where it holds the kernel's
    /// code or constants, not writable either. The one page of loader code that switches to these tables is executable
    /// at its own address until the kernel takes that away.
    ///
    /// - Parameters:
    ///   - stack: the memory of the kernel's stack.
    ///   - trampoline: the code that switches to these tables.
    ///   - readOnly: memory outside of RAM that the kernel reads, such as the firmware's tables.
    ///   - devices: registers.
    public mutating func mapKernel(
        _ kernel: KernelPlacement, stack: PhysicalRange, trampoline: PhysicalRange?, framebuffer: PhysicalRange?,
        readOnly: [PhysicalRange], devices: [PhysicalRange], memory: PhysicalMemoryMap
    ) throws(PagingError) {
        try mapRAM(memory)
        for segment in kernel.segments {
            try map(segment.virtual, to: segment.physical, attributes: segment.attributes)
            if !segment.permissions.contains(.write),
                let alias = Self.identity(PhysicalRange(start: segment.physical, pages: segment.virtual.pages))
            {
                try protect(alias, attributes: .readOnly)
            }
        }
        if let range = VirtualRange(start: KernelAddressSpace.stackBase, pages: stack.pages) {
            try map(range, to: stack.start, attributes: .readWrite)
        }
        if let framebuffer {
            try mapIfAbsent(framebuffer, PageAttributes(permissions: .write, caching: .writeCombining))
        }
        for range in readOnly { try mapIfAbsent(range, .readOnly) }
        for range in devices { try mapIfAbsent(range, .device) }
        if let trampoline,
            let range = VirtualRange(
                start: VirtualAddress(trampoline.start.rawValue), last: VirtualAddress(trampoline.last.rawValue))
        {
            try protect(range, attributes: .readExecute)
        }
    }

    /// Maps RAM at its physical addresses, in the largest leaves that fit.
    ///
    /// Runtime regions get leaves of their own, so that the kernel, which runs on these tables, can change their permissions
    /// without splitting a leaf that it stands on.
    private mutating func mapRAM(_ memory: PhysicalMemoryMap) throws(PagingError) {
        var run: PhysicalRange?
        for region in memory.regions where Self.isMapped(region) {
            let isRuntime = region.attributes.contains(.runtime) || region.type.isRuntimeServices
            if let known = run, !isRuntime, known.end == region.range.start {
                run = PhysicalRange(start: known.start, last: region.range.last)
                continue
            }
            try mapRun(run)
            run = region.range
            if isRuntime {
                try mapRun(run)
                run = nil
            }
        }
        try mapRun(run)
    }

    private mutating func mapRun(_ run: PhysicalRange?) throws(PagingError) {
        guard let run, let range = Self.identity(run) else { return }
        try map(range, to: PhysicalAddress(range.start.rawValue), attributes: .readWrite)
    }

    /// Whether a region is memory that the processor may cache, speculate into and read.
    private static func isMapped(_ region: MemoryRegion) -> Bool {
        region.type.isRAM && region.type != .unaccepted && region.type != .unusable && region.attributes.contains(.writeBack)
    }

    /// The part of a range that has an identity mapping: not page 0, and not what lies above the identity part.
    private static func identity(_ range: PhysicalRange?) -> VirtualRange? {
        guard let range, range.start.rawValue < KernelAddressSpace.identityLimit else { return nil }
        return VirtualRange(
            start: VirtualAddress(max(range.start.rawValue, PageCount.pageSize)),
            last: VirtualAddress(min(range.last.rawValue, KernelAddressSpace.identityLimit - 1)))
    }

    /// Maps the pages of a range that are not mapped yet, at their physical addresses.
    private mutating func mapIfAbsent(_ range: PhysicalRange, _ attributes: PageAttributes) throws(PagingError) {
        let first = range.start.alignedDown(to: PageCount.pageSize)
        var absent: PhysicalRange?
        for index in 0..<range.pages.rawValue {
            let at = PhysicalAddress(first.rawValue + index * PageCount.pageSize)
            guard let page = PhysicalRange(start: at, pages: PageCount(1)) else { break }
            if try translate(VirtualAddress(at.rawValue)) == nil {
                absent = PhysicalRange(start: absent?.start ?? page.start, last: page.last)
            } else {
                try mapAbsent(absent, attributes)
                absent = nil
            }
        }
        try mapAbsent(absent, attributes)
    }

    private mutating func mapAbsent(_ range: PhysicalRange?, _ attributes: PageAttributes) throws(PagingError) {
        guard let range, let identity = Self.identity(range) else { return }
        try map(identity, to: PhysicalAddress(identity.start.rawValue), attributes: attributes)
    }
}
