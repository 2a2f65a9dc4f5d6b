import BootHandoff
import CUEFI
import Display
import KernelMemory
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

extension Kernel {
    static func report(_ moved: MovedRuntimeServices) {
        var line = KernelConsole.text
        line.write("runtime services: SetVirtualAddressMap of ")
        line.write(decimal: moved.regionCount)
        line.write(" regions answers ")
        line.write(moved.setVirtualAddressMap.name)
        line.write(", GetTime at the new addresses ")
        line.write(moved.getTime.name)
        if let time = moved.time {
            line.write(" (")
            line.write(time)
            line.write(")")
        }
        line.write("\n")
        KernelConsole.send("runtime") { event in
            event.number("regions", moved.regionCount)
            event.string("setVirtualAddressMap", moved.setVirtualAddressMap.name)
            event.string("status", moved.getTime.name)
            if let time = moved.time {
                event.string("getTime") { $0.write(time) }
            } else {
                event.null("getTime")
            }
            event.hexadecimal("base", KernelAddressSpace.runtimeServicesBase)
            event.bool("divided", moved.isDivided)
        }
    }

    /// Draws the picture, where there is a screen, and tells whether it stands there.
    static func draw(_ picture: MemoryMapPicture, on screen: BootInfo.Framebuffer?) {
        guard let screen else { return KernelConsole.send("display") { $0.bool("drawn", false) } }
        let isDrawn = Screen.draw(picture, on: screen)
        KernelConsole.send("display") { event in
            event.bool("drawn", isDrawn)
            event.number("width", UInt64(screen.width))
            event.number("height", UInt64(screen.height))
        }
    }
}

extension TextSink where Self: ~Copyable {
    /// Writes a time as ISO 8601 does, without its zone.
    mutating func write(_ time: EFI_TIME) {
        func field(_ value: UInt8, after separator: StaticString, _ sink: inout Self) {
            sink.write(separator)
            sink.write(decimal: UInt64(value), width: 2, padding: UInt8(ascii: "0"))
        }
        write(decimal: UInt64(time.year), width: 4, padding: UInt8(ascii: "0"))
        field(time.month, after: "-", &self)
        field(time.day, after: "-", &self)
        field(time.hour, after: "T", &self)
        field(time.minute, after: ":", &self)
        field(time.second, after: ":", &self)
    }
}
