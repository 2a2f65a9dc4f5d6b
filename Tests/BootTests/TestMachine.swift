import Foundation
import MachineRunner
import SystemPackage
import Testing

/// A machine with the images of this checkout, which `make images` builds.
struct TestMachine {
    let architecture: MachineArchitecture
    var memory = "256M"
    var options = BootOptions()
    var offersACPI = true

    /// Copies of the images with which a test does as it likes; nil for those that were built.
    var images: ImageSet?

    /// A bound on the whole run that only a machine that hangs comes near to, however busy the host is.
    var timeout = Duration.seconds(1800)

    init(_ architecture: MachineArchitecture) { self.architecture = architecture }

    /// The root of the checkout, which holds the images.
    static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

    static func builtImages(_ architecture: MachineArchitecture) throws -> ImageSet {
        try ImageSet.locate(for: architecture, folder: root.appending(ImageSet.folderName), in: .current)
    }

    /// Boots to the end.
    func boot() async throws -> BootReport {
        try await Machine(configuration()).run()
    }

    /// Boots, and gives the error in which it ended with the text that came on the serial line after the last event.
    func failure() async throws -> (error: MachineError, afterwards: String) {
        let lines = LineCollector()
        let machine = Machine(try configuration())
        do throws(MachineError) {
            _ = try await machine.run { progress in
                guard case .line(let line, _) = progress else { return }
                lines.take(line)
            }
        } catch {
            return (error, lines.text)
        }
        throw Unexpected.success
    }

    enum Unexpected: Error { case success }

    private func configuration() throws -> MachineConfiguration {
        var configuration = MachineConfiguration(
            architecture: architecture, memory: try MemorySize(memory), images: try images ?? Self.builtImages(architecture),
            options: options, timeout: timeout)
        configuration.offersACPI = offersACPI
        return configuration
    }
}

/// The text of the serial lines since the last event.
private final class LineCollector: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []

    func take(_ line: SerialLine) {
        lock.withLock {
            if line.event == nil { lines.append(line.text) } else { lines = [] }
        }
    }

    var text: String { lock.withLock { lines.joined(separator: "\n") } }
}
