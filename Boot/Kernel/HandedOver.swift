import BootHandoff
import KernelBoot
import KernelMemory
import Machine
import MemoryMap
import MemoryReport

/// What the loader handed over, once it is known to be there and sound.
struct HandedOver {
    let address: PhysicalAddress
    let information: BootInfo
    let options: KernelOptions

    /// Reads the BootInfo and the command line. Stops the machine where they cannot be believed.
    init(at address: PhysicalAddress, _ tables: inout LiveTables) throws(PagingError) {
        let memory = IdentityMappedMemory()
        guard address.isAligned(to: BootInfo.alignment),
            let place = PhysicalRange(start: address, byteCount: UInt64(BootInfo.byteCount)),
            try tables.isIdentityMapped(place)
        else {
            stopKernel("badBootInfoAddress") { text in
                text.write("there can be no BootInfo at ")
                text.write(hexadecimal: address.rawValue)
            }
        }
        let information: BootInfo
        do throws(BootInfoError) {
            information = try memory.withBytes(of: place) { (bytes) throws(BootInfoError) in try BootInfo(decoding: bytes) }
        } catch {
            stopKernel(error)
        }
        // Whatever is read before the map can be asked about it must at least be mapped.
        for (field, range) in [
            (BootInfo.Field.memoryMapAddress, information.memoryMap.range as PhysicalRange?),
            (.commandLineAddress, information.commandLine),
        ] {
            if let range, try !tables.isIdentityMapped(range) { stopKernel(.outsideMemoryMap(field, range)) }
        }
        self.address = address
        self.information = information
        if let commandLine = information.commandLine {
            options = memory.withBytes(of: commandLine) { bytes in
                unsafe bytes.withUnsafeBytes { buffer in
                    KernelOptions(KernelCommandLine(unsafe Span(_unsafeBytes: buffer)))
                }
            }
        } else {
            options = KernelOptions(KernelCommandLine(Span()))
        }
        if let port = options.exitPort { unsafe PowerOff.exitPort = port }
    }

    /// Compares every pointer with the memory map. Stops the machine where one leads astray.
    func validate(against map: PhysicalMemoryMap) {
        guard let place = PhysicalRange(start: address, byteCount: UInt64(BootInfo.byteCount)) else { return }
        do throws(BootInfoError) {
            try information.validate(at: place, against: map, policy: .native)
        } catch {
            stopKernel(error)
        }
    }

    /// Tells what was handed over.
    func report() {
        var console = KernelConsole.text
        guard let commandLine = information.commandLine else {
            return console.writeStartReport(
                information, at: address, commandLine: RawSpan(), architecture: Processor.architecture)
        }
        IdentityMappedMemory().withBytes(of: commandLine) { bytes in
            console.writeStartReport(
                information, at: address, commandLine: bytes, architecture: Processor.architecture)
        }
    }
}
