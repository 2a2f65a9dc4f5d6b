import Machine
import MemoryMap
import MemoryReport
import UEFI

/// The firmware as the loader was given it.
struct Firmware {
    let image: ImageHandle
    let systemTable: SystemTable
    let services: BootServices

    /// The memory map of this moment, in pages that stay.
    ///
    /// The buffer leaves room for what its own allocation adds to the map, and grows a few times where that is not enough.
    func currentMemoryMap() throws(LoaderFailure) -> PhysicalMemoryMap {
        var needed = services.getMemoryMap(into: nil, capacity: 0)
        for _ in 0..<4 {
            guard needed.status == .bufferTooSmall, (40...4096).contains(needed.descriptorSize), needed.byteCount < 1 << 30 else {
                throw LoaderFailure(.memory, "the memory map cannot be had", firmware: needed.status)
            }
            let capacity = needed.byteCount + 16 * needed.descriptorSize
            let buffer: PhysicalAddress
            do throws(UEFIStatus) {
                buffer = try services.allocatePool(byteCount: capacity)
            } catch {
                throw LoaderFailure(.memory, "no memory for the memory map", firmware: error)
            }
            defer { try? services.freePool(at: buffer) }
            let answer = services.getMemoryMap(into: buffer, capacity: capacity)
            if answer.status == .bufferTooSmall {
                needed = answer
                continue
            }
            guard !answer.status.isError, answer.byteCount <= capacity,
                let range = PhysicalRange(start: buffer, byteCount: answer.byteCount)
            else { throw LoaderFailure(.memory, "the memory map cannot be had", firmware: answer.status) }
            do throws(MemoryMapError) {
                return try IdentityMappedMemory().withBytes(of: range) { (bytes) throws(MemoryMapError) in
                    try PhysicalMemoryMap(
                        MemoryMapView(
                            validating: bytes, descriptorSize: Int(answer.descriptorSize),
                            descriptorVersion: answer.descriptorVersion))
                }
            } catch {
                throw LoaderFailure(.memory) { text in
                    text.write("the firmware's memory map is refused: ")
                    text.write(error)
                }
            }
        }
        throw LoaderFailure(.memory, "the firmware's memory map outgrew its buffer four times")
    }

    /// Gives the pages of a range back that the firmware allocated as one.
    func free(_ range: PhysicalRange?) {
        guard let range else { return }
        // There is nobody to tell of a failure: the pages stay allocated, as they were.
        try? services.freePages(at: range.start, range.pages)
    }

    /// Pages of loader data.
    func allocate(_ pages: PageCount, for purpose: StaticString) throws(LoaderFailure) -> PhysicalRange {
        do throws(UEFIStatus) {
            let start = try services.allocatePages(pages)
            guard let range = PhysicalRange(start: start, pages: pages), start.isAligned(to: PageCount.pageSize),
                start.rawValue > 0
            else { throw UEFIStatus.outOfResources }
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
