import MemoryMap
import Testing

@Suite("The memory attributes table")
struct MemoryAttributesTableTests {
    /// A table with a header and entries as firmware writes them.
    private func table(
        version: UInt32 = 1, size: Int = 48, flags: UInt32 = 0, count: UInt32? = nil, _ entries: [MemoryDescriptor]
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: 16 + entries.count * size)
        for (index, word) in [version, count ?? UInt32(entries.count), UInt32(size), flags].enumerated() {
            for byte in 0..<4 { bytes[index * 4 + byte] = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte)) }
        }
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var raw = unsafe buffer.mutableBytes
            for index in entries.indices { _ = entries[index].encode(into: &raw, at: 16 + index * size) }
        }
        return bytes
    }

    private func entry(
        _ start: UInt64, _ pages: UInt64 = 1, type: MemoryType = .runtimeServicesCode,
        _ attributes: MemoryAttributes = [.readOnly, .runtime]
    ) -> MemoryDescriptor {
        MemoryDescriptor(
            type: type, start: PhysicalAddress(start), virtualStart: VirtualAddress(0), pages: PageCount(pages),
            attributes: attributes)
    }

    private func error(_ bytes: [UInt8]) -> MemoryAttributesTableError? {
        do throws(MemoryAttributesTableError) {
            _ = try MemoryAttributesTable(validating: unsafe bytes.span.bytes)
            return nil
        } catch { return error }
    }

    @Test(arguments: [40, 48, 56])
    func `entries are read by the table's own size`(size: Int) throws {
        let entries = [
            entry(0x1000), entry(0x2000, 3, type: .runtimeServicesData, [.executeProtected, .runtime]), entry(0x5000, 1, []),
        ]
        let bytes = table(size: size, entries)
        let read = try MemoryAttributesTable(validating: unsafe bytes.span.bytes)
        let (version, hasGuard, count) = (read.version, read.supportsForwardControlFlowGuard, read.entries.count)
        #expect(version == 1)
        #expect(!hasGuard)
        #expect(count == 3)
        for index in entries.indices {
            let entry = read.entries[index]
            #expect(entry == entries[index])
        }
    }

    @Test func `the flag counts in version 2 only`() throws {
        for (version, flags, expected) in [(1, 1, false), (2, 0, false), (2, 1, true), (2, 2, false)] as [(UInt32, UInt32, Bool)]
        {
            let bytes = table(version: version, flags: flags, [entry(0x1000)])
            let hasGuard = try MemoryAttributesTable(validating: unsafe bytes.span.bytes).supportsForwardControlFlowGuard
            #expect(hasGuard == expected)
        }
    }

    @Test func `damage is told with what is wrong`() {
        let sound = [entry(0x1000), entry(0x2000)]
        #expect(error([]) == .truncated(byteCount: 0, needed: 16))
        #expect(error(Array(table(sound).dropLast())) == .truncated(byteCount: 111, needed: 112))
        #expect(error(table(version: 0, sound)) == .version(0))
        #expect(error(table(version: 3, sound)) == .version(3))
        #expect(error(table([])) == .empty)
        #expect(error(table(count: 65_537, sound)) == .tooManyEntries(65_537))
        #expect(error(table(count: .max, sound)) == .tooManyEntries(.max))
        #expect(error(table(count: 3, sound)) == .truncated(byteCount: 112, needed: 160))
        #expect(
            error(table([entry(0x1000), entry(0x2800)])) == .entries(.misaligned(offset: 48, start: PhysicalAddress(0x2800))))
        #expect(error(table([entry(0x1000, 0)])) == .entries(.zeroPages(offset: 0, start: PhysicalAddress(0x1000))))
        #expect(error(table([entry(0x1000), entry(0x2000, type: .conventional)])) == .type(index: 1, .conventional))
        #expect(error(table([entry(0x1000, 1, [.readOnly, .writeBack])])) == .attributes(index: 0, [.readOnly, .writeBack]))
        var sizes = table(sound)
        for size in [0, 32, 44, 4104] as [UInt16] {
            sizes[8] = UInt8(size & 0xFF)
            sizes[9] = UInt8(size >> 8)
            #expect(error(sizes) == .entries(.descriptorSize(Int(size))))
        }
    }

    @Test func `no changed byte is a trap`() {
        let whole = table([entry(0x1000), entry(0x2000, 2, type: .runtimeServicesData, [.executeProtected])])
        for offset in whole.indices {
            for value in UInt8.min...UInt8.max {
                var bytes = whole
                bytes[offset] = value
                _ = error(bytes)
            }
            #expect(error(Array(whole[..<offset])) != nil)
        }
    }
}
