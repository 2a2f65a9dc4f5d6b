import MemoryMap

/// The place of the relocations (`DT_RELA`) in the file, found through the dynamic table.
struct ELFRelocationTable {
    static let entryByteCount: UInt64 = 24
    static let empty = ELFRelocationTable(offset: 0, count: 0)

    let offset: UInt64
    let count: Int

    private init(offset: UInt64, count: Int) {
        self.offset = offset
        self.count = count
    }

    init(
        validating bytes: RawSpan, dynamic: ELFProgramHeaders.Dynamic, segments: borrowing ELFProgramHeaders
    ) throws(ELFError) {
        guard dynamic.byteCount % 16 == 0 else { throw .badDynamicTable(offset: dynamic.offset) }
        var address: UInt64?
        var byteCount: UInt64?
        var entryByteCount: UInt64?
        var isTerminated = false
        for index in 0..<dynamic.byteCount / 16 {
            let offset = dynamic.offset + index * 16
            let tag = try bytes.elfField(at: offset, as: UInt64.self)
            let value = try bytes.elfField(at: offset + 8, as: UInt64.self)
            switch tag {
            case 0: isTerminated = true
            case 7: try Self.set(&address, to: value, tag: tag, offset: offset)
            case 8: try Self.set(&byteCount, to: value, tag: tag, offset: offset)
            case 9: try Self.set(&entryByteCount, to: value, tag: tag, offset: offset)
            case let tag where Self.isUnsupported(tag): throw .unsupportedDynamicTag(offset: offset, tag: tag)
            default: continue
            }
            if isTerminated { break }
        }
        guard isTerminated else { throw .unterminatedDynamicTable(offset: dynamic.offset) }
        guard address != nil || byteCount != nil || entryByteCount != nil else {
            self = .empty
            return
        }
        guard let address, let byteCount, entryByteCount == Self.entryByteCount else {
            throw .badRelocationTable(offset: dynamic.offset)
        }
        let start = VirtualAddress(address)
        guard byteCount % Self.entryByteCount == 0, let offset = segments.fileOffset(of: byteCount, at: start) else {
            throw .relocationTableOutsideSegments(address: start, byteCount: byteCount)
        }
        self.init(offset: offset, count: Int(byteCount / Self.entryByteCount))
    }

    private static func set(_ field: inout UInt64?, to value: UInt64, tag: UInt64, offset: UInt64) throws(ELFError) {
        guard field == nil else { throw .repeatedDynamicTag(offset: offset, tag: tag) }
        field = value
    }

    /// Whether an image with the tag needs more than relative relocations in a `DT_RELA` table.
    private static func isUnsupported(_ tag: UInt64) -> Bool {
        switch tag {
        case 1: true  // DT_NEEDED
        case 17, 18, 19: true  // DT_REL, DT_RELSZ, DT_RELENT
        case 22: true  // DT_TEXTREL
        case 2, 20, 23: true  // DT_PLTRELSZ, DT_PLTREL, DT_JMPREL
        case 35, 36, 37: true  // DT_RELRSZ, DT_RELR, DT_RELRENT
        case 0x6000_000F...0x6000_0012, 0x6FFF_E000, 0x6FFF_E001, 0x6FFF_E003: true  // Android's packed formats
        default: false
        }
    }

    /// Checks every entry of the table.
    func checkEntries(
        of bytes: RawSpan, machine: ELFMachine, segments: borrowing ELFProgramHeaders
    ) throws(ELFError) {
        for index in 0..<count {
            let offset = self.offset + UInt64(index) * Self.entryByteCount
            let info = try bytes.elfField(at: offset + 8, as: UInt64.self)
            let type = UInt32(truncatingIfNeeded: info)
            let symbol = UInt32(truncatingIfNeeded: info >> 32)
            guard type == machine.relativeRelocationType, symbol == 0 else {
                throw .unsupportedRelocation(offset: offset, type: type, symbol: symbol)
            }
            let address = VirtualAddress(try bytes.elfField(at: offset, as: UInt64.self))
            guard segments.isWritable(8, at: address) else {
                throw .relocationOutsideWritableSegment(offset: offset, address: address)
            }
        }
    }

    /// The entry number `index` of a table that was checked.
    func entry(at index: Int, of bytes: RawSpan) -> ELFRelocation {
        let offset = self.offset + UInt64(index) * Self.entryByteCount
        guard let address = bytes.littleEndian(UInt64.self, at: offset),
            let addend = bytes.littleEndian(UInt64.self, at: offset + 16)
        else { preconditionFailure("the table lies inside the file") }
        return ELFRelocation(offset: VirtualAddress(address), addend: addend)
    }
}
