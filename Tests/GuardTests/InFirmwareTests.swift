import MachineRunner
import SystemPackage
import Testing

extension GuardTests {
    /// The services alone, inside the firmware.
    @Suite(.serialized)
    struct InFirmware {
        @Test(arguments: MachineArchitecture.allCases)
        func `random calls do what the model does`(architecture: MachineArchitecture) async throws {
            let report = try await run(.selfTest(calls: 10_000), architecture)
            let selfTest = try #require(report.selfTest)
            #expect(selfTest.calls == 10_000)
            #expect(selfTest.mismatch == nil)
        }

        @Test func `Strata's services are ahead of the firmware's on every row`() async throws {
            let report = try await run(.benchmark(descriptors: 256), .x86_64) { $0.countsInstructions = true }
            #expect(report.benchmark.count == 9)
            for row in report.benchmark {
                #expect(row.strataPicoseconds > 0 && row.strataPicoseconds < row.firmwarePicoseconds, "\(row)")
            }
        }

        @Test func `a file that is no image is refused with its name`() async throws {
            do {
                _ = try await run(.program(FilePath(#filePath)), .x86_64)
                Issue.record("it was run")
            } catch let error as MachineError {
                #expect(error.exitStatus == 11)
                #expect(error.description.contains(#"\strata\program.efi"#))
            }
        }
    }
}
