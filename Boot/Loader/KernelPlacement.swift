import BootHandoff
import ExecutableImage
import KernelMemory
import Machine
import MemoryMap
import MemoryReport
import UEFI

/// A kernel that lies in memory as it is going to run: loaded, relocated, its segments known.
struct KernelPlacement {
    /// One segment of the image: where it is mapped, and what may be done there.
    struct Segment {
        let virtual: VirtualRange
        let physical: PhysicalAddress
        let permissions: SegmentPermissions

        var attributes: PageAttributes {
            if permissions.contains(.execute) { return .readExecute }
            return permissions.contains(.write) ? .readWrite : .readOnly
        }
    }

    /// The memory that the image fills, in whole pages.
    let physical: PhysicalRange
    let entry: VirtualAddress
    let segments: [Segment]

    /// Checks the ELF file and puts its segments into freshly allocated pages.
    init(_ file: KernelFile, path: [UInt8], in firmware: Firmware) throws(LoaderFailure) {
        let memory = IdentityMappedMemory()
        let base = KernelAddressSpace.imageBase
        let placed: (PhysicalRange, VirtualAddress, [Segment])
        do throws(PlacementError) {
            placed = try memory.withBytes(of: file.bytes) { (bytes) throws(PlacementError) in
                let image: ELFImage
                do throws(ELFError) {
                    image = try ELFImage(validating: bytes)
                    guard image.machine == .current else { throw ELFError.unsupportedMachine(image.machine.rawValue) }
                    try image.checkPlacement(memoryByteCount: image.byteCount, virtualBase: base)
                } catch { throw .elf(error) }

                let destination: PhysicalRange
                do throws(LoaderFailure) {
                    destination = try firmware.allocate(PageCount(roundingUp: image.byteCount), for: "the kernel")
                } catch { throw .failure(error) }
                do throws(ELFError) {
                    try memory.withMutableBytes(of: destination) { (target) throws(ELFError) in
                        try image.load(into: &target, virtualBase: base)
                    }
                } catch {
                    firmware.free(destination)
                    throw .elf(error)
                }

                var segments: [Segment] = []
                for index in 0..<image.segmentCount {
                    let segment = image.segment(at: index)
                    // A validated image lies in one piece below 2^64, each segment inside it.
                    let start = image.address(of: segment.start, virtualBase: base).alignedDown(to: PageCount.pageSize)
                    let end = image.address(of: segment.start, virtualBase: base).rawValue + segment.byteCount
                    guard let virtual = VirtualRange(start: start, pages: PageCount(roundingUp: end - start.rawValue)),
                        let physical = destination.start.advanced(by: start.rawValue - base.rawValue)
                    else { throw .elf(.segmentWraps(offset: 0, start: segment.start, byteCount: segment.byteCount)) }
                    segments.append(Segment(virtual: virtual, physical: physical, permissions: segment.permissions))
                }
                return (destination, image.entry(virtualBase: base), segments)
            }
        } catch {
            switch error {
            case .failure(let failure): throw failure
            case .elf(let error):
                throw LoaderFailure(.kernel) { text in
                    text.write(utf8: path.span)
                    text.write(" is not a kernel for this machine: ")
                    text.write(error)
                }
            }
        }
        (physical, entry, segments) = placed
        Processor.synchronizeCaches(physical)
    }

    private enum PlacementError: Error {
        case elf(ELFError)
        case failure(LoaderFailure)
    }
}

extension ELFMachine {
    /// The machine that this loader runs on.
    static var current: ELFMachine {
        #if arch(x86_64)
            .x86_64
        #else
            .aarch64
        #endif
    }
}
