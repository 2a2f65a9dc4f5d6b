import Machine
import MemoryMap
import MemoryReport

/// What a processor exception was, in words and numbers, taken from the registers of either architecture.
struct ExceptionReport {
    /// The manual's name of the exception.
    var name: StaticString
    /// What the access was and why it was refused, where that is known.
    var detail: StaticString
    var vector: UInt64
    /// The error code (x86-64) or the exception syndrome (AArch64).
    var code: UInt64
    /// The address that could not be accessed, where the exception has one.
    var address: VirtualAddress?
    /// The instruction that was being executed.
    var instruction: VirtualAddress
}

/// Set while an exception is being reported: a second one then stops the machine without another word.
nonisolated(unsafe) private var isReporting = false

/// Reports an exception with all registers on the serial line and stops the machine.
func report(_ exception: ExceptionReport, registers: (_ body: (StaticString, UInt64) -> Void) -> Void) -> Never {
    if unsafe isReporting { PowerOff.stop() }
    unsafe isReporting = true

    var line = KernelConsole.text
    line.write("\nKERNEL FAULT: ")
    line.write(exception.name)
    if let address = exception.address {
        line.write(", ")
        line.write(exception.detail)
        line.write(" at ")
        line.write(hexadecimal: address.rawValue, digits: 16)
    }
    line.write("\n  instruction ")
    line.write(hexadecimal: exception.instruction.rawValue, digits: 16)
    line.write("  code ")
    line.write(hexadecimal: exception.code)
    line.write("  vector ")
    line.write(decimal: exception.vector)
    line.write("\n")
    var column = 0
    registers { name, value in
        var line = KernelConsole.text
        line.write("  ")
        line.write(name)
        for _ in name.utf8CodeUnitCount..<7 { line.write(UInt8(ascii: " ")) }
        line.write(hexadecimal: value, digits: 16)
        column += 1
        if column % 3 == 0 { line.write("\n") }
    }
    if column % 3 != 0 { line.write("\n") }

    KernelConsole.send("fault") { event in
        event.string("exception", exception.name)
        event.string("detail", exception.detail)
        event.number("vector", exception.vector)
        event.hexadecimal("code", exception.code)
        event.hexadecimal("address", exception.address)
        event.hexadecimal("instruction", exception.instruction)
        event.object("registers") { object in
            registers { name, value in object.hexadecimal(name, value) }
        }
    }
    PowerOff.stop()
}
