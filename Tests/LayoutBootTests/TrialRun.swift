import Foundation
import GuestBoot
import GuestImage
import GuestLayout
import HostFiles
import MachineRunner
import MemoryMap
import SystemPackage
import Testing

/// Plans, fills and boots guests with Debian's kernels, one at a time.
enum TrialRun {
    /// The root of the checkout.
    static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

    /// `STRATA_PROGRAMS`, or `.build-programs` in the checkout.
    static let programs: FilePath = {
        let named = ProcessInfo.processInfo.environment["STRATA_PROGRAMS"] ?? ""
        return named.isEmpty ? root.appending(".build-programs") : FilePath(named)
    }()

    static func kernelPath(_ architecture: MachineArchitecture) -> FilePath {
        programs.appending(architecture.rawValue).appending("vmlinuz")
    }

    static func hasKernel(_ architecture: MachineArchitecture) -> Bool {
        FileManager.default.fileExists(atPath: kernelPath(architecture).string)
    }

    static func isMissing(_ architecture: MachineArchitecture) -> Comment {
        "\(kernelPath(architecture).string) is missing: run Scripts/programs, which needs a network"
    }

    /// Whether every configuration is to be booted.
    static let bootsAll = ProcessInfo.processInfo.environment["STRATA_ALL_BOOTS"] == "1"

    static let kernels: [MachineArchitecture: [UInt8]] = {
        var kernels: [MachineArchitecture: [UInt8]] = [:]
        for architecture in MachineArchitecture.allCases {
            kernels[architecture] = try? InputFile.contents(of: kernelPath(architecture))
        }
        return kernels
    }()

    static func image(of kernel: [UInt8]) throws -> KernelImage {
        try KernelImage(header: kernel.span.rawBytes, fileByteCount: UInt64(kernel.count))
    }

    /// Runs a trial on a file of its own, which is removed afterwards; only a guest that hangs comes near to the time limit.
    static func run(_ trial: LayoutTrial, timeout: Duration = .seconds(1800)) async throws -> LayoutTrialOutcome {
        let path = FilePath(NSTemporaryDirectory()).appending("strata-trial-\(UUID().uuidString).ram")
        defer { try? FileManager.default.removeItem(atPath: path.string) }
        try trial.write(to: path)
        return try await trial.run(memory: path, timeout: timeout)
    }

    /// Expects every check to agree, and tells the log's end where one does not.
    static func expectAgreement(_ outcome: LayoutTrialOutcome) {
        let isAgreed = outcome.isAgreed
        #expect(isAgreed, "\(outcome.run.lines.suffix(20).joined(separator: "\n"))")
        for check in outcome.checks {
            let agrees = check.agrees
            #expect(agrees, "\(check.subject): planned \(check.planned), the guest says \(check.reported)")
        }
    }
}
