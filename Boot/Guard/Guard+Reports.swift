import BootHandoff
import FirmwareConsole
import Machine
import MemoryMap
import MemoryReport
import UEFI
import UEFIStatus

extension Guard {
    /// Tells why nothing was started; returns what the firmware is told.
    mutating func giveUp(_ failure: GuardFailure) -> EFIStatus {
        var line = ByteBuffer()
        line.write("strata guard: error: ")
        line.write(utf8: failure.message.span)
        line.newline()
        systemTable.writeToConsole(line.bytes.span)
        serial.writeEvent("error", from: .guard) { event in
            event.string("stage", failure.stage.name)
            event.string("message", utf8: failure.message.span)
        }
        return failure.status
    }

    mutating func announce() {
        serial.newline()
        serial.writeEvent("start", from: .guard) { event in
            event.string("architecture", Processor.architecture)
            var vendor = ByteBuffer()
            systemTable.forEachVendorByte { vendor.write($0) }
            event.string("firmwareVendor", utf8: vendor.bytes.span)
            event.number("firmwareRevision", UInt64(systemTable.firmwareRevision))
            event.string("uefiRevision") { text in
                text.write(decimal: UInt64(systemTable.revision >> 16))
                text.write(".")
                text.write(decimal: UInt64(systemTable.revision & 0xFFFF), width: 2, padding: UInt8(ascii: "0"))
            }
        }
    }

    mutating func report(_ configuration: GuardConfiguration) {
        serial.writeEvent("configuration", from: .guard) { event in
            switch configuration.task {
            case .program(let path):
                event.string("task", "program")
                event.string("program", utf8: path.span)
            case .shell:
                event.string("task", "shell")
                event.null("program")
            case .selfTest:
                event.string("task", "selftest")
                event.null("program")
            case .benchmark:
                event.string("task", "benchmark")
                event.null("program")
            }
            event.string("arguments", utf8: configuration.arguments.span)
            event.string("services", configuration.services == .strata ? "strata" : "firmware")
        }
    }

    mutating func report(_ program: LoadedImage) {
        serial.writeEvent("program", from: .guard) { event in
            event.hexadecimal("base", program.range?.start)
            event.number("byteCount", program.range?.byteCount)
        }
    }
}
