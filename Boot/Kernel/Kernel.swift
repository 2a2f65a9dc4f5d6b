import BootHandoff
import Display
import KernelBoot
import KernelMemory
import Machine
import MemoryMap
import MemoryReport
import UEFI

/// Where the kernel's first instructions arrive, with the physical address of the BootInfo and the word of an
/// ``EarlyConsole``.
@c(kernel_main)
func kernelMain(_ bootInfo: UInt64, _ console: UInt64) -> Never {
    Exceptions.install()
    do throws(PagingError) {
        var tables = try LiveTables.live()
        if let console = EarlyConsole(word: console), try tables.isUsable(console) { KernelConsole.use(SerialPort(console)) }
        try Kernel.run(PhysicalAddress(bootInfo), &tables)
    } catch {
        stopKernel("paging") { $0.write("the page tables cannot be used: ", error) }
    }
    PowerOff.stop()
}

/// The kernel's way from its first instruction to the power-off. Nothing here returns in practice, but for its type: a value
/// that owns something could not be live across a call that never returns.
enum Kernel {
    static func run(_ address: PhysicalAddress, _ tables: inout LiveTables) throws(PagingError) {
        let handed = try HandedOver(at: address, &tables)
        IdentityMappedMemory().withBytes(of: handed.information.memoryMap.range) { bytes in
            let view: MemoryMapView
            let map: PhysicalMemoryMap
            do throws(MemoryMapError) {
                view = try MemoryMapView(
                    validating: bytes, descriptorSize: Int(handed.information.memoryMap.descriptorSize),
                    descriptorVersion: handed.information.memoryMap.descriptorVersion)
                map = try PhysicalMemoryMap(view)
            } catch {
                stopKernel("badMemoryMap") { text in
                    text.write("the memory map is refused: ")
                    text.write(error)
                }
            }
            handed.validate(against: map)
            handed.report()
            do throws(PagingError) {
                try work(handed, view, map, &tables)
            } catch {
                stopKernel("paging") { $0.write("the page tables cannot be changed: ", error) }
            }
        }
    }

    /// What the kernel does with a machine that it knows.
    private static func work(
        _ handed: HandedOver, _ view: borrowing MemoryMapView, _ map: PhysicalMemoryMap, _ tables: inout LiveTables
    ) throws(PagingError) {
        let summary = MemoryMapSummary(map, policy: .native)
        var console = KernelConsole.text
        console.writeMapReport(view, map, summary)
        tables.frames.supply(map.largestRun { $0.type == .conventional && $0.attributes.contains(.writeBack) })
        try tables.sealIdentityMapping()
        handed.options.fault?.provoke(kernel: handed.information.kernel)

        let systemTable = try self.systemTable(of: handed, tables)
        // The vendor's name is read before the firmware moves away.
        var named: SystemTable?
        if let range = systemTable?.vendorRange, try tables.isIdentityMapped(range) { named = systemTable }
        let heading = MemoryMapPicture.Heading(handed, systemTable: named)
        var services: RuntimeServices?
        if let systemTable {
            do throws(RuntimeFailure) {
                let moved = try MovedRuntimeServices(moving: systemTable, map: view, tables: &tables)
                report(moved)
                services = moved.services
            } catch {
                stopKernel("runtimeServices") { $0.write(error) }
            }
        }
        console.writePagingReport(try tables.audit())
        var screen = handed.information.framebuffer
        if let range = screen?.range, try !tables.isIdentityMapped(range) { screen = nil }
        draw(MemoryMapPicture(heading: heading, map: map, summary: summary), on: screen)

        KernelConsole.send("finished")
        PowerOff.shutDown(services)
    }
}

extension Kernel {
    /// The firmware's system table, once everything that it leads to is known to be mapped. Stops the machine where it is not.
    private static func systemTable(
        of handed: HandedOver, _ tables: borrowing LiveTables
    ) throws(PagingError) -> SystemTable? {
        guard let address = handed.information.systemTable else { return nil }
        var ranges: [PhysicalRange] = []
        if let range = PhysicalRange(start: address, byteCount: SystemTable.byteCount), try tables.isIdentityMapped(range),
            let table = SystemTable(at: address)
        {
            table.forEachReferencedRange { ranges.append($0) }
            var isMapped = true
            for range in ranges where isMapped { isMapped = try tables.isIdentityMapped(range) }
            if isMapped { return table }
        }
        stopKernel("badSystemTable") { text in
            text.write("the EFI system table leads to memory that is not there: ")
            text.write(hexadecimal: address.rawValue)
        }
    }
}

extension HandoffPolicy {
    /// What the Linux of this architecture makes of the map.
    static var native: HandoffPolicy {
        #if arch(x86_64)
            .linuxX86
        #else
            .linuxARM64
        #endif
    }
}
