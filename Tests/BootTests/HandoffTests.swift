import MachineRunner
import Testing

extension BootTests {
    /// The exit of boot services and the BootInfo, with faults made on purpose.
    @Suite(.serialized)
    struct Handoff {
        @Test(arguments: MachineArchitecture.allCases)
        func `a map that changes is read again, into buffers that grow`(architecture: MachineArchitecture) async throws {
            var machine = TestMachine(architecture)
            machine.options.injections = ["map-changes:3"]
            let report = try await machine.boot()
            #expect(report.exit.attempts == 4)
            // Each change adds two dozen descriptors, more than the first buffers have room for.
            #expect(report.exit.regrown >= 1)
            let undisturbed = try await TestMachine(architecture).boot()
            #expect(report.map.descriptorCount >= undisturbed.map.descriptorCount + 3 * 20)
        }

        @Test(arguments: MachineArchitecture.allCases)
        func `a map that changes without end is given up after eight attempts`(
            architecture: MachineArchitecture
        ) async throws {
            var machine = TestMachine(architecture)
            machine.options.injections = ["map-changes:1000"]
            let (error, _) = try await machine.failure()
            guard case .loaderFailed(let failure) = error else { throw error }
            #expect(failure.stage == "exit")
            #expect(failure.message.contains("8 attempts"))
            #expect(failure.message.contains("INVALID_PARAMETER"))
        }

        struct Damage: Sendable {
            let injection: String
            let code: String
            let words: String
        }

        @Test(
            arguments: MachineArchitecture.allCases,
            [
                Damage(injection: "bad-magic", code: "wrong-magic", words: "STRATABI"),
                Damage(injection: "bad-version", code: "unsupported-version", words: "0x63"),
                Damage(injection: "bad-pointer", code: "outside-memory-map", words: "rsdp"),
            ])
        func `a damaged BootInfo is refused`(architecture: MachineArchitecture, damage: Damage) async throws {
            var machine = TestMachine(architecture)
            machine.options.injections = [damage.injection]
            let (error, _) = try await machine.failure()
            guard case .kernelRefused(let refusal) = error else { throw error }
            #expect(refusal.code == .string(damage.code))
            #expect(refusal.message.contains(damage.words))
        }

        /// A machine without ACPI: the console too is found in the device tree, or nothing would be heard.
        @Test func `a device tree is handed on where there is no ACPI`() async throws {
            var machine = TestMachine(.aarch64)
            machine.offersACPI = false
            let report = try await machine.boot()
            #expect(report.tables.rsdp == nil)
            #expect(report.tables.deviceTree != nil)
            #expect(report.runtime.status == "SUCCESS")
        }

        @Test(arguments: MachineArchitecture.allCases)
        func `the command line arrives as it was given`(architecture: MachineArchitecture) async throws {
            var machine = TestMachine(architecture)
            machine.options.commandLine = #"quiet root=/dev/vda "ü €"  fault=none"#
            let report = try await machine.boot()
            #expect(report.kernelStart.commandLine == machine.options.commandLine)
        }
    }
}
