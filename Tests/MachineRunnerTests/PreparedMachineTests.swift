import Foundation
import SystemPackage
import Testing

@testable import MachineRunner

/// Machines that start without firmware, under the real QEMU.
@Suite struct PreparedMachineTests {
    /// Says "ok" on the serial line and resets the machine, from the first instruction on.
    private static var rom: [UInt8] {
        var rom = [UInt8](repeating: 0xF4, count: 1 << 16)
        let program: [UInt8] = [
            0xBA, 0xF8, 0x03,  // mov dx, 0x3f8
            0xB0, 0x6F, 0xEE, 0xB0, 0x6B, 0xEE, 0xB0, 0x0A, 0xEE,  // each letter: mov al, …; out dx, al
            0xB0, 0xFE, 0xE6, 0x64,  // mov al, 0xfe; out 0x64, al
            0xF4, 0xEB, 0xFD,  // hlt, for ever
        ]
        rom.replaceSubrange(0xFFC0..<0xFFC0 + program.count, with: program)
        rom.replaceSubrange(0xFFF0..<0xFFF2, with: [0xEB, 0xCE])  // jmp to it
        return rom
    }

    private static func run(
        _ board: PreparedMachine.Board, byteCount: UInt64 = 64 << 20, _ change: (inout PreparedMachine) -> Void = { _ in }
    ) async throws(MachineError) -> PreparedRun {
        let host = HostEnvironment.current
        return try await PreparedMachine.withTemporaryMemory(in: host) { path throws(MachineError) in
            let made = FileManager.default.createFile(atPath: path.string, contents: nil)
            guard made, unsafe truncate(path.string, off_t(byteCount)) == 0 else {
                throw .unwritable(path: path.string, purpose: "memory", reason: "test")
            }
        } _: { path throws(MachineError) in
            var machine = PreparedMachine(board: board, memory: path, byteCount: byteCount, host: host)
            machine.rom = rom
            machine.timeout = .seconds(900)
            change(&machine)
            return try await machine.run()
        }
    }

    @Test(arguments: [.pc(lowMemoryLimit: 0xD000_0000), .q35(lowMemoryLimit: 0xB000_0000)] as [PreparedMachine.Board])
    func startsInItsROM(board: PreparedMachine.Board) async throws {
        let run = try await Self.run(board)
        #expect(run.lines == ["ok"] && run.ending == .reset)
    }

    /// As under a QEMU that has the oldest board no more.
    @Test func takesAnotherBoardWhereOneIsMissing() async throws {
        let run = try await Self.run(.pc(lowMemoryLimit: 0xD000_0000)) { $0.i440FXNames = ["pc-i440fx-0.1", "pc"] }
        #expect(run.lines == ["ok"] && run.ending == .reset)
        #expect(run.commandLine.contains { $0.hasPrefix("pc,max-ram-below-4g=") })
    }

    @Test func saysWhatNoOtherBoardCanDo() async throws {
        do throws(MachineError) {
            _ = try await Self.run(.pc(lowMemoryLimit: 0xD000_0000), byteCount: 5 << 30) {
                $0.i440FXNames = ["pc-i440fx-0.1", "pc"]
            }
            Issue.record("runs")
        } catch {
            #expect("\(error)".contains("unsupported machine type") && "\(error)".contains("--board q35"))
        }
    }
}
