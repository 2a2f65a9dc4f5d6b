import Display
import Foundation
import MemoryMap
import MemoryReport
import Testing

/// Pictures to look at: `STRATA_PICTURES=directory swift test --filter PictureFiles` writes them as PNG files.
struct PictureFiles {
    static let directory = ProcessInfo.processInfo.environment["STRATA_PICTURES"]

    static let sizes = [(320, 200), (640, 480), (800, 600), (1024, 768), (1280, 800), (1920, 1080), (1920, 1200)]

    @Test(.enabled(if: directory != nil), arguments: sizes)
    func write(width: Int, height: Int) throws {
        let directory = try #require(Self.directory)
        let hash: [UInt8] = [0x3f, 0x9a, 0x71, 0xc4, 0x0b, 0xde, 0x52, 0x18, 0x66]
        let firmware = Array("EDK II 2025.02, UEFI 2.70".utf8)
        let maps: [(String, StaticString, HandoffPolicy, PhysicalMemoryMap)] = [
            ("q35-512m", "x86-64", .linuxX86, try SampleMaps.q35(mebibytes: 512)),
            ("q35-8g", "x86-64", .linuxX86, try SampleMaps.q35(mebibytes: 8192)),
            ("virt-1g", "AArch64", .linuxARM64, try SampleMaps.virt(mebibytes: 1024)),
            ("random", "x86-64", .linuxX86, try SampleMaps.random(60, seed: 7)),
        ]
        for (name, architecture, policy, map) in maps {
            let picture = MemoryMapPicture(
                heading: .init(
                    architecture: architecture, firmware: firmware, kernelHash: hash, isKernelVerified: name != "random"),
                map: map, summary: MemoryMapSummary(map, policy: policy))
            var buffer = try #require(PixelBuffer(width: width, height: height))
            picture.draw(on: &buffer)
            let file = URL(fileURLWithPath: directory).appendingPathComponent("\(name)-\(width)x\(height).png")
            try Data(PNG.encode(buffer)).write(to: file)
        }
    }
}
