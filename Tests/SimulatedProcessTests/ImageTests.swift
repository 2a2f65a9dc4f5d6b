import MemoryMap
import PEFixtures
import Testing
import VirtualMemory

@testable import SimulatedProcess

/// Executable images on the simulated machine.
@Suite("Images on a simulated machine") struct ImageTests {
    private let fixture = PEFixture()

    private func word(_ process: X86Process, _ base: VirtualAddress, _ offset: UInt64) throws -> UInt64 {
        let bytes = try process.read(count: 8, at: VirtualAddress(base.rawValue + offset))
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test("lie where they are linked for, with the rights of their parts") func atTheirBase() throws {
        let process = try x86Process(frames: 24)
        let (range, image) = try process.mapImage(fixture.bytes, token: 1)
        let base = range.start
        #expect(base.rawValue == fixture.base && image.preferredBase == fixture.base)
        #expect(try process.read(count: 2, at: base) == Array("MZ".utf8))
        #expect(try process.read(count: 3, at: VirtualAddress(base.rawValue + 0x3000)) == [1, 2, 3])
        #expect(try word(process, base, 0x3008) == 0)
        try process.fetch(at: VirtualAddress(base.rawValue + 0x1000))
        let text = VirtualAddress(base.rawValue + 0x1000)
        #expect(throws: ProcessFault.accessViolation(text, .write)) { try process.write([0xCC], at: text) }
    }

    @Test("are relocated where their place is taken, and leave the others' pages alone") func relocated() throws {
        // Few frames: what was relocated goes to the paging file and comes back.
        let process = try x86Process(frames: 14)
        let first = try process.mapImage(fixture.bytes, token: 1).range.start
        try process.write([9], at: VirtualAddress(first.rawValue + 0x3000))
        for token in [1, 2] as [UInt64] {
            let second = try process.mapImage(fixture.bytes, token: token).range.start
            #expect(second != first)
            for _ in 0..<2 {
                #expect(try word(process, second, 0x3008) == second.rawValue &- fixture.base)
                #expect(try process.read(count: 3, at: VirtualAddress(second.rawValue + 0x3000)) == [1, 2, 3])
                #expect(try process.read(count: 1, at: VirtualAddress(second.rawValue + 0x1000)) == [0x90])
                #expect(try word(process, first, 0x3008) == 0)
                #expect(try process.read(count: 3, at: VirtualAddress(first.rawValue + 0x3000)) == [9, 2, 3])
            }
        }
    }

    @Test("that are none are refused") func refused() throws {
        let process = try x86Process(frames: 14)
        #expect {
            try process.mapImage(Array("MZ, but nothing behind it".utf8), token: 1)
        } throws: { error in
            if case .image? = error as? ImageMappingError { true } else { false }
        }
    }
}
