import CArch
import Machine
import UEFI

/// The ways to end.
enum PowerOff {
    /// What is written to the exit device, where the command line names one: QEMU leaves with twice that plus one.
    private static let exitCode: UInt8 = 0x31

    /// The port of the exit device that a test machine has, or 0.
    nonisolated(unsafe) static var exitPort: UInt16 = 0

    /// Switches the machine off through the firmware, as every machine can.
    static func shutDown(_ services: RuntimeServices?) -> Never {
        services?.shutDown()
        stop()
    }

    /// Ends after a failure, when the firmware is no longer to be trusted: with what the platform has, else for good.
    static func stop() -> Never {
        #if arch(x86_64)
            if unsafe exitPort != 0 { arch_port_write8(unsafe exitPort, exitCode) }
        #else
            // PSCI SYSTEM_OFF (ARM DEN 0022, 5.1.9).
            _ = arch_hypervisor_call(0x8400_0008)
        #endif
        Processor.halt()
    }
}
