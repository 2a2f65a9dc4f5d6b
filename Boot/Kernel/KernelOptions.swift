import BootHandoff
import MemoryMap

/// What the command line asks of the kernel.
struct KernelOptions {
    /// A fault that the kernel makes on purpose, so that its handlers can be seen at work.
    enum ProvokedFault: CaseIterable {
        case readNull, writeCode, writeCodeAlias, executeData, undefinedInstruction, stackOverflow, outOfMemory

        /// The value of `fault=`.
        var name: StaticString {
            switch self {
            case .readNull: "read-null"
            case .writeCode: "write-code"
            case .writeCodeAlias: "write-code-alias"
            case .executeData: "execute-data"
            case .undefinedInstruction: "undefined-instruction"
            case .stackOverflow: "stack-overflow"
            case .outOfMemory: "out-of-memory"
            }
        }
    }

    /// `fault=NAME`.
    let fault: ProvokedFault?

    /// `exit-port=0xNNN`: the I/O port of QEMU's `isa-debug-exit` device, on which a failed kernel ends the machine.
    let exitPort: UInt16?

    init(_ commandLine: borrowing KernelCommandLine) {
        let name = commandLine.value(of: "fault")
        fault = name.flatMap { name in ProvokedFault.allCases.first { name == $0.name } }
        exitPort = commandLine.value(of: "exit-port")?.hexadecimal.flatMap { UInt16(exactly: $0) }
    }
}
