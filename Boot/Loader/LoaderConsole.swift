import Machine
import MemoryReport
import UEFI

/// What the loader says: sentences on the firmware's console, events on the serial line.
///
/// Once an exit of boot services has been tried, the firmware's console may be gone: the sentences then go to the serial
/// line too.
struct LoaderConsole {
    private let systemTable: SystemTable
    private(set) var isFirmwareConsoleUsable = true
    private var serial = SerialPort.standard

    init(_ systemTable: SystemTable) {
        self.systemTable = systemTable
    }

    /// The port that events go to, which the firmware's tables may name.
    mutating func use(_ port: SerialPort) { serial = port }

    mutating func leaveFirmwareConsole() { isFirmwareConsoleUsable = false }

    /// Says one line.
    mutating func say(_ write: (inout ByteBuffer) -> Void) {
        var line = ByteBuffer()
        line.write("strata loader: ")
        write(&line)
        line.newline()
        if isFirmwareConsoleUsable {
            systemTable.writeToConsole(line.bytes.span)
        } else {
            serial.write(utf8: line.bytes.span)
        }
    }

    mutating func say(_ text: StaticString) { say { $0.write(text) } }

    /// Sends one event of the serial protocol.
    mutating func send(_ event: StaticString, _ members: (inout JSONLineWriter<SerialPort>) -> Void) {
        serial.writeEvent(event, from: .loader, members)
    }
}
