import BootHandoff
import KernelBoot
import KernelMemory
import MemoryMap
import MemoryReport
import SimulatedMachine
import UEFIStatus

extension SimulatedKernel {
    /// Moves the firmware's runtime services to their virtual addresses, and calls one there.
    func moveRuntimeServices(
        _ view: borrowing MemoryMapView, _ tables: inout Tables, _ line: inout SerialBuffer
    ) throws(SimulatedFailure) {
        let regions: RuntimeRegions
        do throws(RuntimeFailure) { regions = try RuntimeRegions(view) } catch {
            throw SimulatedFailure(.kernel(code: "runtimeServices")) { $0.write(error) }
        }
        let attributes = try read(firmware.attributesTableRange)
        do throws(PagingError) {
            try regions.open(&tables)
            if let table = try? MemoryAttributesTable(validating: attributes.span.rawBytes) {
                try regions.divide(&tables, by: table)
            } else {
                try regions.allowExecution(&tables)
            }
        } catch {
            throw Self.failure("the runtime regions cannot be mapped: ", error)
        }
        let moved = firmware.setVirtualAddressMap(
            regions.encoded(descriptorSize: view.descriptorSize), descriptorSize: UInt(view.descriptorSize))
        do throws(PagingError) { try regions.closeIdentity(&tables) } catch {
            throw Self.failure("the runtime regions cannot be unmapped: ", error)
        }
        // The firmware's function is fetched at its new address; at the old one nothing may be left.
        let clock = firmware.clockFunction
        var isReached = false
        if let address = clock.virtual {
            isReached = try translate(address, .execute) == clock.physical
            let old = VirtualAddress(clock.physical.rawValue)
            if (try? mmu.translate(old, for: .read, by: .supervisor, in: firmware.memory)) != nil {
                throw SimulatedFailure(.kernel(code: "runtimeServices"), "the runtime services are still at their old addresses")
            }
        }
        line.writeEvent("runtime", from: .kernel) { event in
            event.number("regions", regions.regions.count)
            event.string("setVirtualAddressMap", moved)
            event.string("status", (isReached ? EFIStatus.success : .unsupported).name)
            if isReached { event.string("getTime", SimulatedFirmware.powerOnTime) } else { event.null("getTime") }
            event.hexadecimal("base", KernelAddressSpace.runtimeServicesBase)
            event.bool("divided", !attributes.isEmpty)
        }
    }
}
