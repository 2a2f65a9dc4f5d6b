import BootHandoff
import ExecutableImage
import Machine
import MemoryMap
import MemoryReport
import UEFI

// What goes wrong in the core's modules, in words for the console.

extension TextSink where Self: ~Copyable {
    mutating func write(_ error: ELFError) {
        let explanation = error.explanation
        for byte in explanation.utf8 { write(byte) }
    }

    mutating func write(_ reason: BootServicesExitError.Reason) {
        switch reason {
        case .mapRefused(let status): write("GetMemoryMap answers ", status: status)
        case .badDescriptorSize(let size):
            write("the firmware tells a descriptor size of ")
            write(decimal: size)
        case .badMapSize(let size, let capacity):
            write("the firmware tells a memory map of ")
            write(decimal: size)
            write(" bytes in a buffer of ")
            write(decimal: capacity)
        case .mapTooLarge(let size):
            write("the firmware asks for ")
            write(decimal: size)
            write(" bytes for its memory map")
        case .mapKeepsGrowing(let needed):
            write("the memory map outgrew its buffers each time and now needs ")
            write(decimal: needed)
            write(" bytes")
        case .outOfMemory(let byteCount, let status):
            write("no memory for ")
            write(decimal: byteCount)
            write(" bytes of memory map: the firmware answers ", status: status)
        case .badAllocation(let address):
            write("the firmware allocated memory at ")
            write(hexadecimal: address.rawValue)
        case .notFreed(let address, let status):
            write("the buffer at ")
            write(hexadecimal: address.rawValue)
            write(" cannot be freed: the firmware answers ", status: status)
        case .keyNeverAccepted(let status):
            write("the memory map changed each time before its key was used; the last answer is ", status: status)
        case .exitRefused(let status): write("ExitBootServices answers ", status: status)
        }
    }

    private mutating func write(_ text: StaticString, status: UInt64) {
        write(text)
        write(UEFIStatus(rawValue: status).name)
    }
}
