import BootHandoff
import CUEFI
import KernelBoot
import KernelMemory
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

/// The runtime services after they were moved to their virtual addresses.
struct MovedRuntimeServices {
    /// The services at their new place, or nil where the firmware refused to move.
    let services: RuntimeServices?
    let regionCount: Int
    let setVirtualAddressMap: EFIStatus
    /// The clock's answer through the new mapping.
    let time: EFI_TIME?
    let getTime: EFIStatus
    /// Whether the firmware's table told code from data.
    let isDivided: Bool
}

extension MovedRuntimeServices {
    /// Moves the runtime services and asks the clock through the new mapping.
    ///
    /// - Throws: where the kernel's own part failed; the firmware's refusals are in the result.
    init(
        moving systemTable: SystemTable, map: borrowing MemoryMapView, tables: inout LiveTables
    ) throws(RuntimeFailure) {
        let regions = try RuntimeRegions(map)
        regionCount = regions.regions.count
        let attributesTable = systemTable.find(.memoryAttributesTable)
        do throws(PagingError) {
            try regions.open(&tables)
            isDivided = try Self.divide(regions, attributesTable, &tables)
        } catch {
            throw .paging(error)
        }
        var descriptors = regions.encoded(descriptorSize: map.descriptorSize)
        setVirtualAddressMap =
            systemTable.runtimeServices?.setVirtualAddressMap(
                &descriptors, descriptorSize: UInt64(map.descriptorSize), descriptorVersion: MemoryDescriptor.Layout.version)
            ?? .unsupported
        do throws(PagingError) { try regions.closeIdentity(&tables) } catch { throw .paging(error) }

        // The system table lies in runtime data: it moved too, and its pointers were converted.
        let address = systemTable.address
        guard !setVirtualAddressMap.isError,
            let moved = regions.regions.first(where: { $0.physical.contains(address) })
                .flatMap({ $0.virtual.start.advanced(by: address.rawValue - $0.physical.start.rawValue) }),
            let services = SystemTable(at: moved)?.runtimeServices
        else {
            (services, time, getTime) = (nil, nil, .unsupported)
            return
        }
        self.services = services
        do throws(EFIStatus) {
            time = try services.getTime()
            getTime = .success
        } catch {
            (time, getTime) = (nil, error)
        }
    }

    /// Whether there is a sound memory attributes table, and the mapping was divided by it.
    private static func divide(
        _ regions: RuntimeRegions, _ address: PhysicalAddress?, _ tables: inout LiveTables
    ) throws(PagingError) -> Bool {
        guard let address, let header = PhysicalRange(start: address, byteCount: UInt64(MemoryAttributesTable.headerByteCount)),
            try tables.isIdentityMapped(header),
            let byteCount = IdentityMappedMemory().withBytes(of: header, { try? MemoryAttributesTable.byteCount(ofTable: $0) }),
            let range = PhysicalRange(start: address, byteCount: UInt64(byteCount)), try tables.isIdentityMapped(range)
        else {
            try regions.allowExecution(&tables)
            return false
        }
        return try IdentityMappedMemory().withBytes(of: range) { (bytes) throws(PagingError) in
            guard let table = try? MemoryAttributesTable(validating: bytes) else {
                try regions.allowExecution(&tables)
                return false
            }
            try regions.divide(&tables, by: table)
            return true
        }
    }
}
