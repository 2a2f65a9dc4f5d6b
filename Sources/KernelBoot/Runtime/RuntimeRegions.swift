import BootHandoff
public import KernelMemory
public import MemoryMap

/// The firmware's runtime regions and the two mappings that they have in turn: at their physical addresses, for the one call
/// of SetVirtualAddressMap, and at `KernelAddressSpace.runtimeServicesBase` from then on.
public struct RuntimeRegions {
    /// A region, and where it is going to be.
    public struct Region {
        public let descriptor: MemoryDescriptor
        public let physical: PhysicalRange
        public let identity: VirtualRange
        public let virtual: VirtualRange

        /// Whether it is registers of a device, or memory that no cache may hold.
        public var isDevice: Bool { !descriptor.attributes.contains(.writeBack) || descriptor.type.isMemoryMappedIO }
    }

    public private(set) var regions: [Region] = []

    /// Takes the descriptors with the runtime attribute out of a memory map.
    ///
    /// - Throws: the region that lies too far up for the kernel's address space.
    public init(_ view: borrowing MemoryMapView) throws(RuntimeFailure) {
        for index in 0..<view.count {
            var descriptor = view[index]
            guard descriptor.attributes.contains(.runtime), let physical = descriptor.range else { continue }
            guard let start = KernelAddressSpace.runtimeServicesAddress(of: physical),
                let virtual = VirtualRange(start: start, pages: physical.pages),
                let identity = VirtualRange(
                    start: VirtualAddress(physical.start.rawValue), last: VirtualAddress(physical.last.rawValue))
            else { throw .regionTooHigh(physical) }
            descriptor.virtualStart = start
            regions.append(Region(descriptor: descriptor, physical: physical, identity: identity, virtual: virtual))
        }
    }

    /// The descriptors as SetVirtualAddressMap takes them, `descriptorSize` bytes apart.
    public func encoded(descriptorSize: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: regions.count * descriptorSize)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var raw = unsafe buffer.mutableBytes
            for index in regions.indices {
                _ = regions[index].descriptor.encode(into: &raw, at: index * descriptorSize)
            }
        }
        return bytes
    }

    /// Makes the regions reachable at both places.
    ///
    /// At their physical addresses, code is executable and writable as long as SetVirtualAddressMap runs there, because the
    /// firmware relocates its own code in that call; ``closeIdentity(_:)`` ends that. At the virtual addresses all is data
    /// until ``divide(_:by:)``.
    public func open<Format: PageTableFormat, Memory: PhysicalMemory & ~Copyable, Frames: PageTableFrames & ~Copyable>(
        _ tables: inout PageTables<Format, Memory, Frames>
    ) throws(PagingError) {
        for region in regions {
            if region.isDevice {
                if try tables.translate(region.identity.start) == nil {
                    try tables.map(region.identity, to: region.physical.start, attributes: .device)
                }
                try tables.map(region.virtual, to: region.physical.start, attributes: .device)
            } else {
                if region.descriptor.type == .runtimeServicesCode {
                    try tables.protect(region.identity, attributes: .readWriteExecute, allowingWriteExecute: true)
                }
                try tables.map(region.virtual, to: region.physical.start, attributes: .readWrite)
            }
        }
    }

    /// Gives the firmware's code at its virtual addresses the right to execute, page by page as the table says.
    ///
    /// - Parameter table: without one, or where an entry tells neither code from data, whole regions stay writable and
    ///   executable: the audit counts them.
    public func divide<Format: PageTableFormat, Memory: PhysicalMemory & ~Copyable, Frames: PageTableFrames & ~Copyable>(
        _ tables: inout PageTables<Format, Memory, Frames>, by table: borrowing MemoryAttributesTable
    ) throws(PagingError) {
        for index in 0..<table.entries.count {
            let entry = table.entries[index]
            guard let physical = entry.range, let region = regions.first(where: { $0.physical.contains(physical) }),
                let start = KernelAddressSpace.runtimeServicesAddress(of: physical),
                let virtual = VirtualRange(start: start, pages: physical.pages), !region.isDevice
            else { continue }
            var attributes = PageAttributes.readOnly
            if !entry.attributes.contains(.readOnly) { attributes.permissions.insert(.write) }
            if !entry.attributes.contains(.executeProtected) { attributes.permissions.insert(.execute) }
            try tables.protect(virtual, attributes: attributes, allowingWriteExecute: true)
        }
    }

    /// As ``divide(_:by:)`` for firmware without the table: all of a code region may be executed and written.
    public func allowExecution<Format: PageTableFormat, Memory: PhysicalMemory & ~Copyable, Frames: PageTableFrames & ~Copyable>(
        _ tables: inout PageTables<Format, Memory, Frames>
    ) throws(PagingError) {
        for region in regions where region.descriptor.type == .runtimeServicesCode && !region.isDevice {
            try tables.protect(region.virtual, attributes: .readWriteExecute, allowingWriteExecute: true)
        }
    }

    /// Takes the regions' physical addresses away: whoever still uses one faults.
    public func closeIdentity<Format: PageTableFormat, Memory: PhysicalMemory & ~Copyable, Frames: PageTableFrames & ~Copyable>(
        _ tables: inout PageTables<Format, Memory, Frames>
    ) throws(PagingError) {
        for region in regions { try tables.unmap(region.identity) }
    }
}

/// Why the firmware's runtime services could not be moved.
public enum RuntimeFailure: Error {
    case regionTooHigh(PhysicalRange)
    case paging(PagingError)
}
