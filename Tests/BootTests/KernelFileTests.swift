import Foundation
import MachineRunner
import SystemPackage
import Testing

extension BootTests {
    /// Kernel files that are not as they should be: a clear line, and back to the firmware.
    @Suite(.serialized)
    struct KernelFile {
        @Test(arguments: MachineArchitecture.allCases)
        func `a kernel that was changed is not started`(architecture: MachineArchitecture) async throws {
            let files = try KernelFiles(architecture)
            var machine = TestMachine(architecture)
            machine.images = try files.changeKernel { $0[$0.count / 2] ^= 1 }
            try await expect(machine, stage: "verification", words: "is not the file that its checksum was made of")
        }

        @Test(arguments: MachineArchitecture.allCases)
        func `a kernel that was changed is started unverified where the user says so`(
            architecture: MachineArchitecture
        ) async throws {
            let files = try KernelFiles(architecture)
            var machine = TestMachine(architecture)
            // Behind the last section header: the image is the same.
            machine.images = try files.changeKernel { $0.append(0) }
            machine.options.allowsUnverifiedKernel = true
            let report = try await machine.boot()
            #expect(!report.loadedKernel.verified)
            #expect(!report.kernelStart.verified)
        }

        @Test func `a kernel without a hash is not started`() async throws {
            let files = try KernelFiles(.x86_64)
            var machine = TestMachine(.x86_64)
            machine.images = files.withoutHash()
            try await expect(machine, stage: "verification", words: #"\strata\kernel.elf.sha256"#, "there is no such file")
        }

        @Test func `a hash that is none is told`() async throws {
            let files = try KernelFiles(.x86_64)
            var machine = TestMachine(.x86_64)
            machine.images = try files.changeHash(to: "kernel.elf: OK\n")
            try await expect(machine, stage: "verification", words: "is no checksum as sha256sum writes it")
        }

        @Test(arguments: MachineArchitecture.allCases)
        func `a missing kernel is told by its path`(architecture: MachineArchitecture) async throws {
            var machine = TestMachine(architecture)
            machine.options.kernelPath = #"\strata\no-such.elf"#
            try await expect(machine, stage: "kernel", words: #"\strata\no-such.elf"#, "there is no such file")
        }

        @Test func `an empty kernel is told`() async throws {
            let files = try KernelFiles(.x86_64)
            var machine = TestMachine(.x86_64)
            machine.images = try files.changeKernel { $0 = Data() }
            try await expect(machine, stage: "kernel", words: "it is empty")
        }

        @Test func `a kernel that ends early is told with the place`() async throws {
            let files = try KernelFiles(.x86_64)
            var machine = TestMachine(.x86_64)
            machine.images = try files.changeKernel { $0 = $0.prefix($0.count / 3) }
            machine.options.allowsUnverifiedKernel = true
            try await expect(machine, stage: "kernel", words: "are not all in the file")
        }

        @Test func `a kernel of the other architecture is told`() async throws {
            var machine = TestMachine(.x86_64)
            var images = try TestMachine.builtImages(.x86_64)
            let other = try TestMachine.builtImages(.aarch64)
            images.kernel = other.kernel
            images.kernelHash = other.kernelHash
            machine.images = images
            try await expect(machine, stage: "kernel", words: "is not a kernel for this machine", "machine 183")
        }

        @Test func `a text is no kernel`() async throws {
            let files = try KernelFiles(.aarch64)
            var machine = TestMachine(.aarch64)
            machine.images = try files.changeKernel { $0 = Data("Hello, firmware.\n".utf8) }
            machine.options.allowsUnverifiedKernel = true
            try await expect(machine, stage: "kernel", words: "not an ELF file")
        }

        /// The loader gives up with these words, and the firmware goes on.
        private func expect(_ machine: TestMachine, stage: String, words: String...) async throws {
            let (error, afterwards) = try await machine.failure()
            guard case .loaderFailed(let failure) = error else { throw error }
            #expect(failure.stage == stage)
            for word in words { #expect(failure.message.contains(word)) }
            #expect(afterwards.contains { !$0.isWhitespace }, "the firmware says nothing after the loader gave up")
        }
    }
}
