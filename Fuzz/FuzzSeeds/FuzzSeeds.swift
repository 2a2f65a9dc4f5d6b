import ELFFixtures
import Foundation
import PEFixtures

/// Writes the inputs that the fuzzers start from: one folder a fuzzer in the folder given.
@main
struct FuzzSeeds {
    static func main() throws {
        guard let target = CommandLine.arguments.dropFirst().first, CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: FuzzSeeds FOLDER\n".utf8))
            exit(2)
        }
        try write(elfFiles, to: target + "/FuzzELFImage")
        try write(MemoryMapSeeds.tables, to: target + "/FuzzMemoryMap")
        // The form is left to be found out, or is that of descriptors.
        try write(
            MemoryMapSeeds.tables.flatMap { table in [[10] + table.dropFirst(8), [0] + table.dropFirst(8)] },
            to: target + "/FuzzMapBinary")
        try write(images, to: target + "/FuzzPEImage")
        try write(MapTextSeeds.texts, to: target + "/FuzzMapText")
    }

    private static func write(_ inputs: [[UInt8]], to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (index, input) in inputs.enumerated() {
            try Data(input).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)"))
        }
    }

    private static var images: [[UInt8]] {
        var small = PEFixture()
        small.is64Bit = false
        small.base = 0x40_0000
        return [PEFixture().bytes, small.bytes]
    }

    /// Good files of all kinds. Their segments lie close together in the file, each at the offset in its page at which it lies in
    /// memory: of less than 2 KiB the fuzzer hits the bytes that matter. Entry points and relocated words are the last ones that
    /// are good. One file has text of more than a page.
    private static var elfFiles: [[UInt8]] {
        [UInt16(62), 183].flatMap { machine in
            var small = ELFFixture()
            small.machine = machine
            small.entry = 0x1130F
            small.segments = [
                .init(flags: 5, address: 0x11300, contents: (0..<16).map { $0 }),
                .init(flags: 6, address: 0x12340, contents: (0..<64).map { $0 }, byteCount: 0x234),
            ]
            small.relocations = [.init(offset: 0x12348, addend: 0x11308), .init(offset: 0x12340 + 0x234 - 8, addend: 0x12340)]
            var fixed = small
            fixed.type = 2
            fixed.relocations = []
            fixed.isDynamic = false
            var crowded = small
            crowded.segments.append(.init(flags: 6, address: 0x12800, contents: [1, 2, 3], byteCount: 0x900))
            crowded.segments.append(.init(flags: 4, address: 0x14900, contents: [4, 5, 6]))
            crowded.dynamicEntries = [(30, 2), (0x6FFF_FFFB, 0x0800_0000)]
            crowded.otherProgramHeaders = [4, 6, 0x6474_E551, 0x6474_E552]
            var long = small
            long.segments[0].address = 0x11000
            long.segments[0].contents = [UInt8](repeating: 0xCC, count: 0x1100)
            long.segments[0].byteCount = 0x1200
            long.segments[1].address += 0x1000
            for index in long.relocations.indices { long.relocations[index].offset += 0x1000 }
            return [small.bytes, fixed.bytes, crowded.bytes, long.bytes]
        }
    }
}
