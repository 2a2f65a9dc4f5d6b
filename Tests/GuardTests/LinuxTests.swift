import Foundation
import GuestImage
import MachineRunner
import MapFormats
import MemoryMap
import SystemPackage
import Testing

extension GuardTests {
    /// A Linux kernel through its EFI stub: what it says of the map is what it was given.
    @Suite(.serialized)
    struct Linux {
        static func maps(in lines: [String]) throws -> [ListedMap] {
            var reader = MapReader()
            try reader.read(Array(lines.joined(separator: "\n").utf8).span)
            return try reader.finish().maps
        }

        /// Compares the kernel's own log of the EFI memory map with the Guard's, row by row.
        static func expectSameMap(_ report: GuardReport, _ kind: MapKind) throws {
            let map = try #require(try maps(in: report.programLines).first { $0.kind == kind })
            let given = try #require(report.map)
            let header = try #require(report.mapHeader)
            let view = try MemoryMapView(
                validating: report.rawMap.span, descriptorSize: Int(header.descriptorSize), descriptorVersion: 1)
            #expect(map.rows.count == view.count)
            for (index, row) in map.rows.enumerated() where index < view.count {
                #expect(row.range == view[index].range, "row \(index)")
                #expect(row.type == view[index].type, "row \(index)")
                #expect(row.attributes == view[index].attributes, "row \(index)")
            }
            guard let arena = report.arena else { return }
            // Sorted and merged, unlike a firmware's; but free memory is not joined over the ends of the arena.
            let start = arena.start.rawValue
            let ends = [start, start + arena.pages * PageCount.pageSize]
            for (row, next) in zip(0..<view.count, 1..<view.count) {
                let (row, next) = (view[row], view[next])
                let last = try #require(row.range).last
                #expect(last < next.start)
                if last.advanced(by: 1) == next.start, row.type == next.type, row.attributes == next.attributes {
                    #expect(row.type == .conventional && ends.contains(next.start.rawValue))
                }
            }
            #expect(given.descriptorCount == view.count)
        }

        static func expectBoot(_ report: GuardReport) {
            #expect(report.end?.how == .exitBootServices)
            #expect(report.refusedExits == 0)
            #expect(report.calls(of: "ExitBootServices") == 1)
            #expect(report.programLines.contains { $0.contains("Linux version 6.") })
            // It got as far as looking for a root file system: memory management and all drivers are up.
            #expect(report.programLines.contains { $0.contains("Unable to mount root fs") })
        }

        @Test(
            .enabled(if: Programs.has("vmlinuz", .x86_64), Programs.isMissing("vmlinuz", .x86_64)),
            arguments: [GuardSettings.Services.strata, .firmware])
        func `a kernel boots on x86-64 with the map that it was given`(services: GuardSettings.Services) async throws {
            let report = try await run(
                .program(Programs.path("vmlinuz", .x86_64)), .x86_64, arguments: "console=ttyS0 efi=debug panic=-1 no_timer_check"
            ) { $0.options.services = services == .strata ? .strata : .firmware }
            Self.expectBoot(report)
            try Self.expectSameMap(report, .linuxEFI)
        }

        @Test(
            .enabled(if: Programs.has("vmlinuz", .aarch64), Programs.isMissing("vmlinuz", .aarch64)),
            arguments: [GuardSettings.Services.strata, .firmware])
        func `a kernel boots on AArch64 with the map that it was given`(services: GuardSettings.Services) async throws {
            let report = try await run(
                .program(Programs.path("vmlinuz", .aarch64)), .aarch64, arguments: "console=ttyAMA0 efi=debug panic=-1"
            ) { $0.options.services = services == .strata ? .strata : .firmware }
            Self.expectBoot(report)
            try Self.expectSameMap(report, .linuxEFIByAddress)
        }

        @Test(
            .enabled(if: Programs.has("vmlinuz", .x86_64) && Programs.has("vmlinuz", .aarch64)),
            arguments: MachineArchitecture.allCases)
        func `an initial RAM disk arrives through Strata's services, and its program runs`(
            architecture: MachineArchitecture
        ) async throws {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("strata-probe-\(UUID().uuidString)")
            try Data(ProbeInitrd.bytes(for: architecture)).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let particular = architecture == .x86_64 ? "console=ttyS0 no_timer_check" : "console=ttyAMA0"
            let report = try await run(
                .program(Programs.path("vmlinuz", architecture)), architecture,
                arguments: "\(particular) efi=debug panic=-1 random.trust_cpu=on"
            ) { $0.options.initrd = FilePath(file.path) }
            #expect(report.end?.how == .exitBootServices)
            #expect(report.programLines.contains { $0.contains(ProbeProgram.lastWords) })
            try Self.expectSameMap(report, architecture == .x86_64 ? .linuxEFI : .linuxEFIByAddress)
        }
    }
}
