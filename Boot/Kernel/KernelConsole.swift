import Machine
import MemoryMap
import MemoryReport

/// The serial line that the kernel reports on.
enum KernelConsole {
    /// Unsafe as all globals are that change: set once, before anything is written, on the only processor.
    nonisolated(unsafe) private static var port = SerialPort.standard

    static func use(_ port: SerialPort) { unsafe self.port = port }

    /// The line for text.
    static var text: SerialPort { unsafe port }

    /// Sends one event of the serial protocol.
    static func send(_ event: StaticString, _ members: (inout JSONLineWriter<SerialPort>) -> Void = { _ in }) {
        var port = text
        port.writeEvent(event, from: .kernel, members)
    }
}

/// Tells why the kernel does not go on, and stops the machine. Allocates nothing.
func stopKernel(_ code: StaticString, _ message: (inout RefusalText) -> Void) -> Never {
    var line = KernelConsole.text
    line.write("\nKERNEL STOPS: ")
    var text = RefusalText()
    message(&text)
    line.write(utf8: text.bytes)
    line.write("\n")
    KernelConsole.send("error") { event in
        event.string("code", code)
        event.string("message", utf8: text.bytes)
    }
    PowerOff.stop()
}

/// A sentence of at most 256 bytes, kept without a heap.
struct RefusalText: TextSink {
    private var storage = [256 of UInt8](repeating: 0)
    private var count = 0

    mutating func write(_ byte: UInt8) {
        guard count < storage.count else { return }
        storage[count] = byte
        count += 1
    }

    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(first: count) }
    }
}
