import MemoryMap

/// What the file header says, checked as far as it can be without the rest of the file.
struct ELFHeader {
    static let byteCount: UInt64 = 64

    let machine: ELFMachine
    let kind: ELFKind
    let entry: VirtualAddress
    let programHeaderOffset: UInt64
    let programHeaderCount: UInt64

    init(validating bytes: RawSpan) throws(ELFError) {
        guard bytes.littleEndian(at: 0, as: UInt32.self) == 0x464C_457F else { throw .notELF }
        guard bytes.byteCount >= Int(Self.byteCount) else { throw .truncated(offset: 0, byteCount: Self.byteCount) }

        let fileClass = try bytes.elfField(at: 4, as: UInt8.self)
        guard fileClass == 2 else { throw .unsupportedClass(fileClass) }
        let byteOrder = try bytes.elfField(at: 5, as: UInt8.self)
        guard byteOrder == 1 else { throw .unsupportedByteOrder(byteOrder) }
        let identVersion = try bytes.elfField(at: 6, as: UInt8.self)
        guard identVersion == 1 else { throw .unsupportedVersion(offset: 6, value: UInt32(identVersion)) }

        let kindNumber = try bytes.elfField(at: 16, as: UInt16.self)
        guard let kind = ELFKind(rawValue: kindNumber) else { throw .unsupportedKind(kindNumber) }
        let machineNumber = try bytes.elfField(at: 18, as: UInt16.self)
        guard let machine = ELFMachine(rawValue: machineNumber) else { throw .unsupportedMachine(machineNumber) }
        let version = try bytes.elfField(at: 20, as: UInt32.self)
        guard version == 1 else { throw .unsupportedVersion(offset: 20, value: version) }

        let programHeaderSize = try bytes.elfField(at: 54, as: UInt16.self)
        let programHeaderCount = try bytes.elfField(at: 56, as: UInt16.self)
        guard programHeaderCount > 0 else { throw .noSegments }
        guard programHeaderCount < 0xFFFF else { throw .tooManyProgramHeaders }
        guard programHeaderSize == 56 else { throw .badProgramHeaderSize(programHeaderSize) }

        self.machine = machine
        self.kind = kind
        self.entry = VirtualAddress(try bytes.elfField(at: 24, as: UInt64.self))
        self.programHeaderOffset = try bytes.elfField(at: 32, as: UInt64.self)
        self.programHeaderCount = UInt64(programHeaderCount)
        let tableByteCount = self.programHeaderCount * ELFProgramHeaders.entryByteCount
        guard bytes.contains(tableByteCount, at: programHeaderOffset) else {
            throw .truncated(offset: programHeaderOffset, byteCount: tableByteCount)
        }
    }
}

extension RawSpan {
    /// The integer at a file offset, or `ELFError.truncated`.
    func elfField<Integer: FixedWidthInteger & BitwiseCopyable>(
        at offset: UInt64, as type: Integer.Type
    ) throws(ELFError) -> Integer {
        guard let value = littleEndian(at: offset, as: type) else {
            throw .truncated(offset: offset, byteCount: UInt64(MemoryLayout<Integer>.size))
        }
        return value
    }

    /// Whether `count` bytes at `offset` lie inside the span.
    func contains(_ count: UInt64, at offset: UInt64) -> Bool {
        count <= UInt64(byteCount) && offset <= UInt64(byteCount) - count
    }
}
