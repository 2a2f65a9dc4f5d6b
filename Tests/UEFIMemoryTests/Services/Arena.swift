import MemoryMap
import Testing

@testable import UEFIMemory

/// A block of the test's own memory that stands for a machine's, from an address on.
///
/// It lives until the test's process ends, so that no test has to keep it.
enum Arena {
    static func range(_ firstPage: UInt64, _ pages: UInt64) -> PhysicalRange {
        guard let range = PhysicalRange(start: PhysicalAddress(firstPage << 12), pages: PageCount(pages)) else {
            preconditionFailure("pages within the address space")
        }
        return range
    }

    static func window(_ firstPage: UInt64, _ pages: UInt64) -> MemoryWindow {
        let start = UnsafeMutableRawPointer.allocate(byteCount: Int(pages) << 12, alignment: 4096)
        return unsafe MemoryWindow(range(firstPage, pages), at: start)
    }

    /// Services over memory from a page on, all of it free.
    static func services(
        from firstPage: UInt64 = 0x100, pages: UInt64, granularity: UInt64 = 1
    ) throws -> MemoryServices {
        try MemoryServices(
            memory: range(firstPage, pages), window: window(firstPage, pages), runtimeGranularity: PageCount(granularity))
    }

    static func page(_ number: UInt64) -> PhysicalAddress { PhysicalAddress(number << 12) }
}

extension MemoryServices {
    /// The rows of the map, read back from bytes that are as long as it says.
    func map() throws -> [MemoryDescriptor] {
        let needed = descriptorCount * Self.descriptorSize
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: needed, alignment: 8)
        defer { unsafe buffer.deallocate() }
        var bytes = unsafe buffer.mutableBytes
        let written = try memoryMap(into: &bytes)
        #expect(written == needed)
        var rows: [MemoryDescriptor] = []
        for offset in stride(from: 0, to: written, by: Self.descriptorSize) {
            let row = unsafe MemoryDescriptor(decoding: UnsafeRawBufferPointer(buffer).bytes, at: offset)
            if let row { rows.append(row) }
        }
        return rows
    }

    /// The free pages of the map's largest free region, and where it begins.
    func largestFree() throws -> (start: UInt64, pages: UInt64) {
        let rows = try map().filter { $0.type == .conventional }
        guard let row = rows.max(by: { $0.pages < $1.pages }) else { return (0, 0) }
        return (row.start.rawValue >> 12, row.pages.rawValue)
    }
}

extension MemoryServices {
    /// What a call fails with.
    mutating func failure(
        of call: (inout MemoryServices) throws(MemoryServiceError) -> Void
    ) -> MemoryServiceError? {
        do throws(MemoryServiceError) {
            try call(&self)
            return nil
        } catch {
            return error
        }
    }
}
