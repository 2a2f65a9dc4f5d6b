import FirmwareConsole
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

/// The firmware as the loader was given it.
struct Firmware {
    let image: ImageHandle
    let systemTable: SystemTable
    let services: BootServices

    /// The memory map of this moment, in pages that stay.
    func currentMemoryMap() throws(LoaderFailure) -> PhysicalMemoryMap { try services.currentMemoryMap(for: LoaderStage.memory) }

    /// Gives the pages of a range back that the firmware allocated as one.
    func free(_ range: PhysicalRange?) {
        guard let range else { return }
        // There is nobody to tell of a failure: the pages stay allocated, as they were.
        try? services.freePages(at: range.start, range.pages)
    }

    /// Pages of loader data.
    func allocate(_ pages: PageCount, for purpose: StaticString) throws(LoaderFailure) -> PhysicalRange {
        do throws(EFIStatus) {
            let start = try services.allocatePages(pages)
            guard let range = PhysicalRange(start: start, pages: pages), start.isAligned(to: PageCount.pageSize),
                start.rawValue > 0
            else { throw EFIStatus.outOfResources }
            return range
        } catch {
            throw LoaderFailure(.memory, status: error) { text in
                text.write("no ")
                text.write(decimal: pages.rawValue)
                text.write(" pages for ")
                text.write(purpose)
                text.write(": the firmware answers ")
                text.write(error.name)
            }
        }
    }
}
