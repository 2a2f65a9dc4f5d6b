import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("The memory attribute protocol")
struct MemoryProtectionsTests {
    /// Memory from 1 MiB to 2 MiB, its first page the firmware's own, with page tables that remember what they were told.
    private struct Memory: ProtectableMemory {
        var applied: [UInt64: MemoryAttributes] = [:]
        var canPrepare = true
        var preparations = 0

        func protectability(of range: PhysicalRange) -> Protectability {
            guard range.start.rawValue >= 0x10_0000, range.last.rawValue < 0x20_0000 else { return .absent }
            return range.start.rawValue < 0x10_1000 ? .firmwareControlled : .memory
        }

        mutating func prepare(_ range: PhysicalRange) -> Bool {
            preparations += 1
            return canPrepare
        }

        mutating func apply(_ attributes: MemoryAttributes, to range: PhysicalRange) {
            for page in 0..<range.pages.rawValue { applied[range.start.rawValue >> 12 + page] = attributes }
        }
    }

    private func refusal(
        _ protections: borrowing MemoryProtections, _ memory: borrowing Memory, getAt start: PhysicalAddress, _ byteCount: UInt64
    ) -> MemoryAttributeError? {
        do throws(MemoryAttributeError) {
            _ = try protections.get(at: start, byteCount: byteCount, of: memory)
            return nil
        } catch { return error }
    }

    private func expectAttributes(
        _ expected: MemoryAttributes, _ protections: borrowing MemoryProtections, at start: PhysicalAddress, _ byteCount: UInt64,
        _ memory: borrowing Memory, at location: SourceLocation = #_sourceLocation
    ) {
        let attributes = try? protections.get(at: start, byteCount: byteCount, of: memory)
        #expect(attributes == expected, sourceLocation: location)
    }

    private let start = PhysicalAddress(0x11_0000)

    @Test func `sub-ranges keep their own restrictions`() throws {
        var protections = MemoryProtections()
        var memory = Memory()
        try protections.set([.readOnly], at: start, byteCount: 0x8000, of: &memory)
        try protections.set([.executeProtected], at: PhysicalAddress(0x11_2000), byteCount: 0x2000, of: &memory)
        expectAttributes(.readOnly, protections, at: start, 0x2000, memory)
        #expect(
            try protections.get(at: PhysicalAddress(0x11_2000), byteCount: 0x1000, of: memory) == [.readOnly, .executeProtected])
        expectAttributes(.readOnly, protections, at: PhysicalAddress(0x11_4000), 0x4000, memory)
        expectAttributes([], protections, at: PhysicalAddress(0x11_8000), 0x1000, memory)
        #expect(
            refusal(protections, memory, getAt: start, 0x3000)
                == .noMapping)
        try protections.clear([.readOnly, .readProtected], at: PhysicalAddress(0x11_3000), byteCount: 0x2000, of: &memory)
        expectAttributes(.executeProtected, protections, at: PhysicalAddress(0x11_3000), 0x1000, memory)
        expectAttributes([], protections, at: PhysicalAddress(0x11_4000), 0x1000, memory)
        // The page tables hold what the protocol answers, page for page.
        for page in 0x110..<0x118 as Range<UInt64> {
            let answer = try protections.get(at: PhysicalAddress(page << 12), byteCount: 0x1000, of: memory)
            #expect(memory.applied[page] == answer)
        }
        #expect(memory.applied.count == 8)
    }

    @Test func `wrong arguments change nothing`() throws {
        var protections = MemoryProtections()
        var memory = Memory()
        for (address, byteCount) in [
            (0x11_0000, 0), (0x11_0001, 0x1000), (0x11_0800, 0x1000), (0x11_0000, 0x1001), (0x11_0000, 0xFFF),
            (0xFFFF_FFFF_FFFF_F000, 0x2000), (0, .max),
        ] as [(UInt64, UInt64)] {
            let address = PhysicalAddress(address)
            #expect(
                refusal(protections, memory, getAt: address, byteCount)
                    == .invalidParameter)
            #expect(refusal(&protections, &memory, set: .readOnly, at: address, byteCount) == .invalidParameter)
            #expect(refusal(&protections, &memory, clear: .readOnly, at: address, byteCount) == .invalidParameter)
        }
        for attributes in [[], .writeBack, [.readOnly, .runtime], .writeProtected, .specificPurpose] as [MemoryAttributes] {
            #expect(refusal(&protections, &memory, set: attributes, at: start, 0x1000) == .invalidParameter)
            #expect(refusal(&protections, &memory, clear: attributes, at: start, 0x1000) == .invalidParameter)
        }
        #expect(memory.applied.isEmpty)
        #expect(memory.preparations == 0)
        let count = protections.runs.count
        #expect(count == 0)
    }

    @Test func `memory that is not there or not the caller's is refused`() {
        var protections = MemoryProtections()
        var memory = Memory()
        let beyond = PhysicalAddress(0x1F_F000)
        #expect(refusal(&protections, &memory, set: .readOnly, at: beyond, 0x2000) == .unsupported)
        #expect(refusal(&protections, &memory, clear: .readOnly, at: beyond, 0x2000) == .unsupported)
        #expect(
            refusal(protections, memory, getAt: beyond, 0x2000)
                == .noMapping)
        #expect(refusal(&protections, &memory, set: .readOnly, at: PhysicalAddress(0x10_0000), 0x2000) == .accessDenied)
        #expect(refusal(&protections, &memory, clear: .readOnly, at: PhysicalAddress(0x10_0000), 0x1000) == .accessDenied)
        #expect(refusal(&protections, &memory, set: .readOnly, at: beyond, 0x1000) == nil)
        #expect(memory.applied == [0x1FF: .readOnly])
    }

    @Test func `without room or page tables nothing changes`() throws {
        var protections = MemoryProtections(capacity: 2)
        var memory = Memory()
        try protections.set(.readOnly, at: start, byteCount: 0x3000, of: &memory)
        let applied = memory.applied
        #expect(refusal(&protections, &memory, set: .executeProtected, at: PhysicalAddress(0x11_1000), 0x1000) == .outOfResources)
        #expect(refusal(&protections, &memory, clear: .readOnly, at: PhysicalAddress(0x11_1000), 0x1000) == .outOfResources)
        memory.canPrepare = false
        #expect(refusal(&protections, &memory, clear: .readOnly, at: start, 0x1000) == .outOfResources)
        #expect(memory.applied == applied)
        expectAttributes(.readOnly, protections, at: start, 0x3000, memory)
        memory.canPrepare = true
        // What needs no more room is done.
        #expect(refusal(&protections, &memory, set: .executeProtected, at: start, 0x3000) == nil)
    }

    @Test func `freed pages lose their restrictions`() throws {
        var protections = MemoryProtections(capacity: 4)
        var memory = Memory()
        try protections.set([.readOnly, .readProtected], at: start, byteCount: 0x4000, of: &memory)
        let freed = try #require(PhysicalRange(start: PhysicalAddress(0x11_1000), pages: PageCount(2)))
        try protections.release(freed, of: &memory)
        expectAttributes([], protections, at: freed.start, 0x2000, memory)
        #expect(memory.applied[0x111] == [] && memory.applied[0x110] == [.readOnly, .readProtected])
        // Pages without restrictions cost nothing.
        let preparations = memory.preparations
        try protections.release(freed, of: &memory)
        #expect(memory.preparations == preparations)
        // Where there is no room for the split, the pages keep their restrictions and the caller learns of it.
        try protections.clear(.readProtected, at: start, byteCount: 0x1000, of: &memory)
        var tight = MemoryProtections(capacity: 2)
        try tight.set(.readOnly, at: start, byteCount: 0x4000, of: &memory)
        var refused: MemoryAttributeError?
        do throws(MemoryAttributeError) { try tight.release(freed, of: &memory) } catch { refused = error }
        #expect(refused == .outOfResources)
        expectAttributes(.readOnly, tight, at: start, 0x4000, memory)
        let part = try #require(PhysicalRange(start: start, byteCount: 100))
        do throws(MemoryAttributeError) { try tight.release(part, of: &memory) } catch { refused = error }
        #expect(refused == .invalidParameter)
    }

    private func refusal(
        _ protections: inout MemoryProtections, _ memory: inout Memory, set attributes: MemoryAttributes,
        at start: PhysicalAddress,
        _ byteCount: UInt64
    ) -> MemoryAttributeError? {
        do throws(MemoryAttributeError) {
            try protections.set(attributes, at: start, byteCount: byteCount, of: &memory)
            return nil
        } catch { return error }
    }

    private func refusal(
        _ protections: inout MemoryProtections, _ memory: inout Memory, clear attributes: MemoryAttributes,
        at start: PhysicalAddress,
        _ byteCount: UInt64
    ) -> MemoryAttributeError? {
        do throws(MemoryAttributeError) {
            try protections.clear(attributes, at: start, byteCount: byteCount, of: &memory)
            return nil
        } catch { return error }
    }
}
