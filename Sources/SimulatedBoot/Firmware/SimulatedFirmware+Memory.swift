import ExecutableImage
import KernelMemory
import MemoryMap
import MemoryReport
import SimulatedMachine
import UEFIMemory
import UEFIStatus

// Memory of the firmware's, for the loader and for the firmware itself.

extension SimulatedFirmware {
    /// Pages, all zeros.
    func allocate(
        _ pages: PageCount, for purpose: StaticString, _ type: MemoryType = .loaderData
    ) throws(SimulatedFailure) -> PhysicalRange {
        do throws(MemoryServiceError) {
            let start = try services.allocatePages(.anywhere, type, pages)
            guard let range = PhysicalRange(start: start, pages: pages) else { throw .outOfResources }
            return range
        } catch {
            throw SimulatedFailure(.loader(stage: "memory")) { text in
                text.write("no ")
                text.write(decimal: pages.rawValue)
                text.write(" pages for ")
                text.write(purpose)
                text.write(": the firmware answers ")
                text.write(error.uefiStatus.name)
            }
        }
    }

    /// Bytes in pages of their own; the range ends with the last byte.
    func store(_ bytes: [UInt8], for purpose: StaticString) throws(SimulatedFailure) -> PhysicalRange {
        let pages = try allocate(PageCount(roundingUp: UInt64(bytes.count)), for: purpose)
        try write(bytes, at: pages.start)
        guard let range = PhysicalRange(start: pages.start, byteCount: UInt64(bytes.count)) else { return pages }
        return range
    }

    func write(_ bytes: [UInt8], at address: PhysicalAddress) throws(SimulatedFailure) {
        do throws(PhysicalMemoryError) { try memory.write(bytes, at: address) } catch { throw Self.absent }
    }

    func write(_ range: PhysicalRange, _ body: (inout MutableRawSpan) -> Void) throws(SimulatedFailure) {
        try memory.withMutableBytes(of: range, orThrow: Self.absent) { (bytes) throws(SimulatedFailure) in body(&bytes) }
    }

    func read(_ range: PhysicalRange) throws(SimulatedFailure) -> [UInt8] {
        try memory.withBytes(of: range, orThrow: Self.absent) { (bytes) throws(SimulatedFailure) in
            // The span's bytes are copied before it ends.
            unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        }
    }

    /// Puts a kernel's segments into memory, relocated.
    func load(
        _ image: borrowing ELFImage, at destination: PhysicalRange, virtualBase base: VirtualAddress
    ) throws(ELFError) {
        try memory.withMutableBytes(of: destination, orThrow: .segmentWraps(offset: 0, start: base, byteCount: 0)) {
            (target) throws(ELFError) in
            try image.load(into: &target, virtualBase: base)
        }
    }

    /// The memory map of this moment, checked as a foreign one is.
    func currentMap() throws(SimulatedFailure) -> PhysicalMemoryMap {
        let bytes = mapBytes()
        do throws(MemoryMapError) {
            return try PhysicalMemoryMap(
                MemoryMapView(
                    validating: bytes.span, descriptorSize: MemoryServices.descriptorSize,
                    descriptorVersion: MemoryDescriptor.Layout.version))
        } catch {
            throw SimulatedFailure(.loader(stage: "memory")) { text in
                text.write("the firmware's memory map is refused: ")
                text.write(error)
            }
        }
    }

    /// The memory map of this moment; nothing once boot services have ended.
    func mapBytes() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: services.descriptorCount * MemoryServices.descriptorSize)
        // The bytes are the array's own, and the span ends with the closure.
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            var span = unsafe buffer.mutableBytes
            return (try? services.memoryMap(into: &span)) ?? 0
        }
        return Array(bytes.prefix(count))
    }

    private static var absent: SimulatedFailure {
        SimulatedFailure(.loader(stage: "memory"), "no memory answers where the firmware allocated some")
    }
}

/// Frames for page tables, straight from the firmware.
struct SimulatedFirmwareFrames: PageTableFrames {
    let firmware: SimulatedFirmware

    mutating func allocateFrame() -> PhysicalAddress? {
        try? firmware.services.allocatePages(.anywhere, .loaderData, PageCount(1))
    }

    mutating func freeFrame(_ frame: PhysicalAddress) { try? firmware.services.freePages(at: frame, PageCount(1)) }
}
