public import BootHandoff
import CArch
import MemoryMap
public import MemoryReport

/// The serial line that everything is reported on.
///
/// The firmware has set speed and format; this only sends. A port that never gets ready, or is not there, costs a bounded
/// wait and swallows the text.
public struct SerialPort: TextSink, Sendable {
    private let console: EarlyConsole?

    /// The port that needs no table to be found: COM1 of a PC. On AArch64 there is none, and the text is swallowed.
    public static var standard: SerialPort {
        #if arch(x86_64)
            SerialPort(.port16550(0x3F8))
        #else
            SerialPort(nil)
        #endif
    }

    /// A port that was found; its registers are mapped as device memory.
    public init(_ console: EarlyConsole?) { self.console = console }

    /// How often the transmitter is asked whether it is ready before a byte is given up.
    private static let patience = 100_000

    public mutating func write(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { send(UInt8(ascii: "\r")) }
        send(byte)
    }

    private func send(_ byte: UInt8) {
        for _ in 0..<Self.patience {
            switch console {
            case .pl011(let base):
                // UARTFR, bit 5: the transmit FIFO is full (ARM DDI 0183, 3.3.3).
                guard arch_mmio_read32(UInt(base.rawValue) + 0x18) & 0x20 == 0 else { continue }
                return arch_mmio_write32(UInt(base.rawValue), UInt32(byte))
            case .memory16550(let base, let shift, let usesWords):
                // Line status register, bit 5: the transmitter holding register is empty.
                let status = UInt(base.rawValue) + (5 << UInt(shift))
                guard (usesWords ? arch_mmio_read32(status) : UInt32(arch_mmio_read8(status))) & 0x20 != 0 else { continue }
                return usesWords
                    ? arch_mmio_write32(UInt(base.rawValue), UInt32(byte)) : arch_mmio_write8(UInt(base.rawValue), byte)
            case .port16550(let base):
                #if arch(x86_64)
                    let status = arch_port_read8(base + 5)
                    // All ones: nothing answers at this port.
                    if status == 0xFF { return }
                    guard status & 0x20 != 0 else { continue }
                    return arch_port_write8(base, byte)
                #else
                    return
                #endif
            case nil: return
            }
        }
    }
}
