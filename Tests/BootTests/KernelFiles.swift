import Foundation
import MachineRunner
import SystemPackage

/// A folder with copies of the built images, changed by a test and removed with it.
final class KernelFiles {
    private let folder: URL
    private(set) var images: ImageSet

    init(_ architecture: MachineArchitecture) throws {
        let built = try TestMachine.builtImages(architecture)
        folder = FileManager.default.temporaryDirectory.appending(path: "strata-kernel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let kernel = folder.appending(path: "kernel.elf")
        let hash = folder.appending(path: "kernel.elf.sha256")
        images = ImageSet(loader: built.loader, kernel: FilePath(kernel.path), kernelHash: FilePath(hash.path))
        try FileManager.default.copyItem(atPath: built.kernel.string, toPath: kernel.path)
        if let builtHash = built.kernelHash {
            try FileManager.default.copyItem(atPath: builtHash.string, toPath: hash.path)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func withoutHash() -> ImageSet {
        images.kernelHash = nil
        return images
    }

    /// Changes the kernel's bytes and leaves the hash as it is.
    func changeKernel(_ change: (inout Data) -> Void) throws -> ImageSet {
        var bytes = try Data(contentsOf: URL(filePath: images.kernel.string))
        change(&bytes)
        try bytes.write(to: URL(filePath: images.kernel.string))
        return images
    }

    /// Puts another text where the hash is.
    func changeHash(to text: String) throws -> ImageSet {
        try Data(text.utf8).write(to: folder.appending(path: "kernel.elf.sha256"))
        return images
    }
}
