import BootHandoff
import ExecutableImage
import FirmwareConsole
import KernelBoot
import Machine
import MemoryMap
import MemoryReport
import UEFI

extension KernelPlacement {
    /// Checks the ELF file and puts its segments into freshly allocated pages.
    init(_ file: KernelFile, path: [UInt8], in firmware: Firmware) throws(LoaderFailure) {
        let memory = IdentityMappedMemory()
        let base = KernelAddressSpace.imageBase
        do throws(PlacementError) {
            self = try memory.withBytes(of: file.bytes) { (bytes) throws(PlacementError) -> KernelPlacement in
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

                do throws(ELFError) {
                    return try KernelPlacement(image, at: destination, virtualBase: base)
                } catch {
                    firmware.free(destination)
                    throw .elf(error)
                }
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
