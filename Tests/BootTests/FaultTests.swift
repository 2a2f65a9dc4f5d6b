import BootHandoff
import MachineRunner
import Testing

extension BootTests {
    /// Faults that the kernel makes on purpose, each with its own error and its registers.
    @Suite(.serialized)
    struct Faults {
        struct Expected: Sendable, CustomTestStringConvertible {
            let name: String
            let detail: String
            /// The exception's name on each architecture.
            let exception: [MachineArchitecture: String]
            let isAt: @Sendable (UInt64) -> Bool

            var testDescription: String { name }
        }

        private static let pageFault = [MachineArchitecture.x86_64: "page fault", .aarch64: "data abort"]

        static let all: [Expected] = [
            Expected(name: "read-null", detail: "read of an unmapped page", exception: pageFault) { $0 == 8 },
            Expected(name: "write-code", detail: "write to a read-only page", exception: pageFault) {
                $0 >= KernelAddressSpace.imageBase.rawValue && $0 < KernelAddressSpace.imageBase.rawValue + 0x10_0000
            },
            // The kernel's code at its physical address must not be writable either.
            Expected(name: "write-code-alias", detail: "write to a read-only page", exception: pageFault) {
                $0 < 0x8000_0000
            },
            Expected(
                name: "execute-data", detail: "execution of a no-execute page",
                exception: [.x86_64: "page fault", .aarch64: "instruction abort"]
            ) { $0 == KernelAddressSpace.stackBase.rawValue },
            Expected(name: "stack-overflow", detail: "kernel stack overflow", exception: pageFault) {
                $0 < KernelAddressSpace.stackBase.rawValue && $0 > KernelAddressSpace.stackBase.rawValue - 0x1000
            },
        ]

        @Test(arguments: MachineArchitecture.allCases, all)
        func `a fault is reported with what was done where`(architecture: MachineArchitecture, expected: Expected) async throws {
            let fault = try await Self.fault(expected.name, on: architecture)
            #expect(fault.exception == expected.exception[architecture])
            #expect(fault.detail == expected.detail)
            #expect(expected.isAt(try #require(fault.address).rawValue))
            Self.expectRegisters(of: fault, on: architecture)
        }

        @Test(arguments: MachineArchitecture.allCases)
        func `an undefined instruction is reported`(architecture: MachineArchitecture) async throws {
            let fault = try await Self.fault("undefined-instruction", on: architecture)
            #expect(fault.exception == (architecture == .x86_64 ? "invalid opcode" : "undefined instruction"))
            #expect(fault.address == nil)
            Self.expectRegisters(of: fault, on: architecture)
        }

        @Test(arguments: MachineArchitecture.allCases)
        func `a heap that is used up stops the kernel with a sentence`(architecture: MachineArchitecture) async throws {
            var machine = TestMachine(architecture)
            machine.options.commandLine = "fault=out-of-memory"
            let (error, _) = try await machine.failure()
            guard case .kernelRefused(let refusal) = error else { throw error }
            #expect(refusal.code == .string("outOfMemory"))
            #expect(refusal.message.contains("heap"))
        }

        private static func fault(_ name: String, on architecture: MachineArchitecture) async throws -> KernelFault {
            var machine = TestMachine(architecture)
            machine.options.commandLine = "fault=\(name)"
            let (error, _) = try await machine.failure()
            guard case .kernelFault(let fault) = error else { throw error }
            return fault
        }

        private static func expectRegisters(of fault: KernelFault, on architecture: MachineArchitecture) {
            switch architecture {
            case .x86_64:
                #expect(fault.registers.count == 24)
                #expect(fault.registers["rip"] == fault.instruction)
                #expect(fault.registers["cr3"]?.rawValue != 0)
            case .aarch64:
                #expect(fault.registers.count == 39)
                #expect(fault.registers["elr"] == fault.instruction)
                #expect(fault.registers["ttbr0"]?.rawValue != 0)
            }
        }
    }
}
