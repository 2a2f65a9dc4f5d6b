import CArch
import MemoryMap
public import MemoryReport

/// The serial line that everything is reported on: a 16550 behind I/O ports on x86-64, a PL011 in memory on AArch64.
///
/// The firmware has set speed and format; this only sends. A port that never gets ready, or is not there, costs a
/// bounded wait and swallows the text.
public struct SerialPort: TextSink, Sendable {
    #if arch(x86_64)
        private let base: UInt16

        /// COM1, where every PC that has a serial port has it.
        public static let standard = SerialPort(base: 0x3F8)

        private init(base: UInt16) { self.base = base }
    #else
        private let base: UInt

        /// The PL011 of QEMU's `virt` board: where the boot console is when no table tells otherwise.
        public static let standard = SerialPort(base: PhysicalAddress(0x0900_0000))

        /// A PL011 whose registers begin at `base`.
        public init(base: PhysicalAddress) { self.base = UInt(base.rawValue) }

        /// The registers, which must be mapped as device memory before the first use.
        public var registers: PhysicalAddress { PhysicalAddress(UInt64(base)) }
    #endif

    /// How often the transmitter is asked whether it is ready before a byte is given up.
    private static let patience = 100_000

    public mutating func write(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { send(UInt8(ascii: "\r")) }
        send(byte)
    }

    #if arch(x86_64)
        private func send(_ byte: UInt8) {
            for _ in 0..<Self.patience {
                let status = arch_port_read8(base + 5)
                // All ones: nothing answers at this port.
                if status == 0xFF { return }
                // Line status register, bit 5: the transmitter holding register is empty.
                if status & 0x20 != 0 {
                    arch_port_write8(base, byte)
                    return
                }
            }
        }
    #else
        private func send(_ byte: UInt8) {
            for _ in 0..<Self.patience {
                // UARTFR, bit 5: the transmit FIFO is full (ARM DDI 0183, 3.3.3).
                if arch_mmio_read32(base + 0x18) & 0x20 == 0 {
                    arch_mmio_write32(base, UInt32(byte))
                    return
                }
            }
        }
    #endif
}
