import HostFiles
import MemoryMap
import SimulatedBoot
import SystemPackage

/// A machine without an emulator: the layers from firmware to kernel on the host's simulated machine, reported and checked as
/// a run of QEMU is.
///
/// Of the configuration it takes the architecture, the memory, the kernel with its hash, the options for the loader, and the log.
public struct SimulatedRun: Sendable {
    public let configuration: MachineConfiguration

    public init(_ configuration: MachineConfiguration) {
        self.configuration = configuration
    }

    /// Runs the machine until it has powered off.
    ///
    /// - Parameter onProgress: Called for every stage and every serial line, in order.
    /// - Returns: What the kernel's part reported, checked against the memory map that it dumped.
    /// - Throws: `MachineError`. The serial log is kept then too.
    public func run(onProgress: @escaping @Sendable (MachineProgress) -> Void = { _ in }) throws(MachineError) -> BootReport {
        let boot = try makeBoot()
        onProgress(.launching(commandLine: []))
        var session = MachineSession(limit: configuration.timeout, screenshotPath: nil, report: onProgress)
        _ = session.start()
        let clock = ContinuousClock()
        let start = clock.now
        var log: [UInt8] = []
        do throws(SimulatedMachineError) {
            try boot.run { bytes in
                log += bytes
                _ = session.handle(.serial(bytes), at: clock.now - start)
            }
        } catch {
            throw .optionInvalid(option: "--memory", reason: error.explanation)
        }
        session.finishSerial(at: clock.now - start)
        _ = session.handle(.monitor(.shutdown(reason: "guest-shutdown")), at: clock.now - start)
        if let path = configuration.log {
            do throws(FileFailure) { try OutputFile.replace(configuration.host.absolute(path), with: log) } catch {
                throw .unwritable(path: path.string, purpose: "the serial log", reason: error.reason)
            }
        }
        switch session.outcome {
        case .failed(let error): throw error
        case .emulatorEnded:
            throw .stoppedEarly(
                reason: "it said nothing more", stage: session.record.stage, lastLines: session.recentLines)
        case .finished:
            return try BootReport(
                record: session.record, stages: session.record.stages(until: clock.now - start),
                architecture: configuration.architecture, commandLine: [])
        }
    }

    private func makeBoot() throws(MachineError) -> SimulatedBoot {
        var boot = SimulatedBoot(
            architecture: configuration.architecture == .x86_64 ? .x86_64 : .aarch64,
            memory: PageCount(configuration.memory.byteCount / PageCount.pageSize),
            kernel: try contents(of: configuration.images.kernel, "the kernel"),
            checksum: try configuration.images.kernelHash.map { (path) throws(MachineError) in
                try contents(of: path, "the kernel's hash")
            })
        boot.requiresVerification = !configuration.options.allowsUnverifiedKernel
        boot.commandLine = Array(configuration.options.commandLine.utf8)
        if let path = configuration.options.initrd { boot.initrd = try contents(of: path, "the initial RAM disk") }
        for injection in configuration.options.injections {
            let parts = injection.split(separator: ":", maxSplits: 1)
            guard parts.first == "map-changes", parts.count == 2, let count = UInt16(parts[1]) else {
                throw .optionInvalid(
                    option: "--inject", reason: "a simulated machine makes no fault but map-changes:N, not '\(injection)'")
            }
            boot.mapChanges = count
        }
        return boot
    }

    private func contents(of path: FilePath, _ purpose: String) throws(MachineError) -> [UInt8] {
        do throws(FileFailure) { return try InputFile.contents(of: configuration.host.absolute(path)) } catch {
            throw .unreadable(path: path.string, purpose: purpose, reason: error.reason)
        }
    }
}
