import BootHandoff
import ExecutableImage
import MemoryMap
import MemoryReport
import SimulatedMachine
import UEFIMemory

/// The firmware of a simulated machine: Strata's memory services over its RAM, with what firmware has allocated by the time that it
/// starts a boot loader.
final class SimulatedFirmware {
    /// What the simulated clock says, which starts when the machine is powered on and stands still.
    static let powerOnTime: StaticString = "2000-01-01T00:00:00"

    let layout: SimulatedLayout
    let memory: MappedMemory
    var services: MemoryServices
    var end = BootServicesEnd()
    var events = EventNotifications()
    var addressing = RuntimeAddressing()

    /// The ACPI root pointer.
    private(set) var rsdp = PhysicalAddress(0)

    /// The memory attributes table.
    private(set) var attributesTableRange: PhysicalRange?
    var attributesTable: PhysicalAddress? { attributesTableRange?.start }

    /// A function of the runtime services, and where it is called after the change to virtual addresses.
    private(set) var clockFunction: (physical: PhysicalAddress, virtual: VirtualAddress?) = (PhysicalAddress(0), nil)

    /// The map of the moment in which the exit was called, which is the map that it ends with.
    var finalMap: [UInt8] = []

    init(_ layout: SimulatedLayout, _ memory: MappedMemory) throws(SimulatedMachineError) {
        self.layout = layout
        self.memory = memory
        do throws(MemoryResourceError) {
            services = try Self.services(layout, memory)
        } catch {
            throw .services(error)
        }
        do throws(SimulatedFailure) { try furnish() } catch { throw .services(.outOfResources) }
    }

    /// Memory services over all of the machine's RAM.
    private static func services(
        _ layout: SimulatedLayout, _ memory: MappedMemory
    ) throws(MemoryResourceError) -> MemoryServices {
        // The records go to the stretch that has the most room.
        guard let largest = layout.ram.max(by: { $0.pages < $1.pages }), let first = layout.ram.first, let last = layout.ram.last,
            let all = PhysicalRange(start: first.start, last: last.last),
            let start = unsafe UnsafeMutableRawPointer(bitPattern: memory.origin + UInt(first.start.rawValue))
        else { throw .outOfResources }
        // The mapping lives as long as the firmware does, and what is no RAM in it is never allocated.
        let window = unsafe MemoryWindow(all, at: start)
        let attributes: MemoryAttributes = [.uncacheable, .writeCombining, .writeThrough, .writeBack]
        var services = try MemoryServices(
            memory: largest, attributes: attributes, window: window, runtimeGranularity: layout.runtimeGranularity)
        for range in layout.ram where range != largest { try services.add(range, as: .system, attributes: attributes) }
        for device in layout.devices {
            try services.add(device.range, as: .occupied(device.type), attributes: device.attributes)
        }
        return services
    }

    /// Allocates what firmware has allocated by the time that it starts a boot loader.
    private func furnish() throws(SimulatedFailure) {
        let granule = layout.runtimeGranularity.rawValue
        _ = try allocate(PageCount(2_048), for: "its drivers' data", .bootServicesData)
        _ = try allocate(PageCount(768), for: "its drivers", .bootServicesCode)
        _ = try allocate(PageCount(max(16, granule)), for: "the sleep state", .acpiNVS)
        _ = try allocate(PageCount(max(32, granule)), for: "itself", .reserved)
        _ = try allocate(PageCount(96), for: "the loader", .loaderCode)
        _ = try allocate(PageCount(max(64, granule)), for: "its variables", .runtimeServicesData)
        let driver = try allocate(PageCount(max(64, 4 * granule)), for: "its runtime driver", .runtimeServicesCode)
        try publishRSDP()
        try publishAttributes(of: driver)
    }

    private func publishRSDP() throws(SimulatedFailure) {
        let tables = try allocate(PageCount(16), for: "the ACPI tables", .acpiReclaim)
        // Revision 0 has its 20 bytes alone, which add up to 0 (ACPI 6.5, 5.2.5.3).
        var pointer = Array("RSD PTR ".utf8) + [0] + Array("STRATA".utf8) + [0, 0, 0, 0, 0]
        pointer[8] = 0 &- pointer.reduce(0, &+)
        try write(pointer, at: tables.start)
        rsdp = tables.start
    }

    /// Publishes which pages of the runtime driver are code: all but the first and the last part.
    private func publishAttributes(of driver: PhysicalRange) throws(SimulatedFailure) {
        let quarter = driver.pages.rawValue / 4 * PageCount.pageSize
        guard let code = PhysicalRange(start: PhysicalAddress(driver.start.rawValue + quarter), byteCount: 2 * quarter) else {
            return
        }
        clockFunction.physical = PhysicalAddress(code.start.rawValue + 0x40)
        var regions: [MemoryRegion] = []
        services.forEachRegion { descriptor in
            guard descriptor.type.isRuntimeServices, let range = descriptor.range else { return }
            regions.append(MemoryRegion(range: range, type: descriptor.type, attributes: descriptor.attributes))
        }
        let image = RuntimeImage(range: driver, code: [RuntimeImage.CodeSection(range: code)])
        let division: RuntimeDivision
        do throws(RuntimeDivisionError) {
            division = try RuntimeDivision(
                regions: regions, images: [image], granularity: layout.runtimeGranularity.rawValue * PageCount.pageSize)
        } catch {
            // Without the table a kernel gives whole regions all rights, and counts them.
            return
        }
        let encoding = MemoryAttributesTableEncoding(.two(supportsForwardControlFlowGuard: false))
        let byteCount = encoding.byteCount(entries: division.entries.count)
        let place = try allocate(PageCount(roundingUp: UInt64(byteCount)), for: "the memory attributes table", .bootServicesData)
        try write(place) { _ = encoding.encode(division, into: &$0) }
        attributesTableRange = PhysicalRange(start: place.start, byteCount: UInt64(byteCount))
    }

    /// Notes where a function of the runtime services went.
    func convertPointers() {
        if let address = try? addressing.convertPointer(clockFunction.physical.rawValue) {
            clockFunction.virtual = VirtualAddress(address)
        }
    }
}
