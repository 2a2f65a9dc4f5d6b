import Foundation
import MachineRunner
import MemoryMap
import Testing

extension BootTests {
    /// Boots at every size, on both architectures.
    @Suite(.serialized)
    struct MemorySizes {
        @Test(
            arguments: MachineArchitecture.allCases,
            ["128M", "256M", "512M", "1G", "2G", "3G", "4G", "8G"])
        func `boots to the report and a clean power-off`(architecture: MachineArchitecture, memory: String) async throws {
            var machine = TestMachine(architecture)
            machine.memory = memory
            // The runner has compared every sum of the kernel's with those of the raw map: a report without that is an error.
            let report = try await machine.boot()

            #expect(report.loadedKernel.verified)
            #expect(report.exit.attempts == 1)
            #expect(report.display.drawn)
            #expect(report.paging.writableAndExecutable == 0)
            #expect(!report.paging.pageZeroMapped)
            #expect(report.runtime.setVirtualAddressMap == "SUCCESS")
            #expect(report.runtime.status == "SUCCESS")
            #expect(report.runtime.divided == true)
            #expect(report.runtime.regions == UInt64(Self.runtimeDescriptors(of: report)))
            let time = try #require(report.runtime.getTime)
            #expect(abs(try Self.seconds(of: time) - Date().timeIntervalSince1970) < 86_400)
            try expectWholeMemory(report, memory)
        }

        /// Firmware hides from RAM what it reserves inside it, and on a PC the 384 KiB below 1 MiB: nothing else may be missing.
        private func expectWholeMemory(_ report: BootReport, _ memory: String) throws {
            let reservedRAM = report.map.regions.filter { $0.type == .reserved && $0.attributes.contains(.writeBack) }
                .reduce(UInt64(0)) { $0 + $1.pages.rawValue }
            let legacyHole: UInt64 = report.architecture == .x86_64 ? 0x60 : 0
            let expected = try MemorySize(memory).byteCount / PageCount.pageSize
            #expect(report.summary.ram.rawValue + reservedRAM + legacyHole == expected)
            // What is hidden is small: under 4 MiB.
            #expect(reservedRAM < 1024)
        }

        private static func runtimeDescriptors(of report: BootReport) -> Int {
            stride(from: 0, to: report.rawMap.count, by: Int(report.mapHeader.descriptorSize)).count { offset in
                // The attribute word's top bit (UEFI 2.10, 7.2.3).
                report.rawMap[offset + MemoryDescriptor.Layout.attributes + 7] & 0x80 != 0
            }
        }

        private static func seconds(of time: String) throws -> TimeInterval {
            let formatter = ISO8601DateFormatter()
            return try #require(formatter.date(from: time + "Z")).timeIntervalSince1970
        }
    }
}
