import BootHandoff
import ExecutableImage
import KernelBoot
import Machine
import MemoryMap
import MemoryReport
import UEFI

/// The tables that the firmware publishes, by their physical addresses.
struct PublishedTables {
    let rsdp: PhysicalAddress?
    let smbios: PhysicalAddress?
    let deviceTree: PhysicalAddress?
    let memoryAttributesTable: PhysicalAddress?

    init(_ systemTable: SystemTable) {
        rsdp = systemTable.find(.rsdp)
        smbios = systemTable.find(.smbios)
        deviceTree = systemTable.find(.deviceTree)
        memoryAttributesTable = systemTable.find(.memoryAttributesTable)
    }
}

extension Loader {
    mutating func report(_ file: KernelFile, _ kernel: KernelPlacement, _ configuration: LoaderConfiguration) {
        console.say { text in
            text.write(utf8: configuration.kernel.span)
            text.write(file.isVerified ? ", verified, " : ", not verified, ")
            text.write(size: file.bytes.byteCount ?? 0)
            text.write(", at ")
            text.write(hexadecimal: kernel.physical.start.rawValue)
        }
        console.send("kernel") { event in
            event.string("path", utf8: configuration.kernel.span)
            event.number("byteCount", file.bytes.byteCount)
            let digest = file.digest.bytes
            event.hexadecimal("sha256", bytes: digest.span)
            event.bool("verified", file.isVerified)
            event.number("segments", kernel.segments.count)
            event.hexadecimal("entry", kernel.entry)
            event.hexadecimal("base", kernel.physical.start)
            event.hexadecimal("virtualBase", KernelAddressSpace.imageBase)
        }
    }

    mutating func report(_ framebuffer: BootInfo.Framebuffer?) {
        console.say { text in
            guard let framebuffer else { return text.write("no screen with a linear framebuffer") }
            text.write("screen of ")
            text.write(decimal: UInt64(framebuffer.width))
            text.write(" by ")
            text.write(decimal: UInt64(framebuffer.height))
        }
        console.send("graphics") { event in
            event.bool("available", framebuffer != nil)
            guard let framebuffer else { return }
            event.hexadecimal("base", framebuffer.range.start)
            event.number("byteCount", framebuffer.range.byteCount)
            event.number("width", UInt64(framebuffer.width))
            event.number("height", UInt64(framebuffer.height))
            event.number("pixelsPerScanLine", UInt64(framebuffer.pixelsPerScanLine))
            event.string("format", framebuffer.format.name)
        }
    }

    mutating func report(_ tables: PublishedTables) {
        console.send("tables") { event in
            event.hexadecimal("rsdp", tables.rsdp)
            event.hexadecimal("smbios", tables.smbios)
            event.hexadecimal("deviceTree", tables.deviceTree)
            event.hexadecimal("memoryAttributesTable", tables.memoryAttributesTable)
        }
    }
}

extension BootInfo.PixelFormat {
    /// The name that the serial protocol gives the format.
    var name: StaticString {
        switch self {
        case .rgbx: "rgbx"
        case .bgrx: "bgrx"
        case .bitmask: "bitmask"
        }
    }
}

extension TextSink where Self: ~Copyable {
    /// Writes a UEFI revision as the specification does: 2.70, 2.31.
    mutating func write(revision: UInt32) {
        write(decimal: UInt64(revision >> 16))
        write(".")
        write(decimal: UInt64(revision & 0xFFFF), width: 2, padding: UInt8(ascii: "0"))
    }
}
