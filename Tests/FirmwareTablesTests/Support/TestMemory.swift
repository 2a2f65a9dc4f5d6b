import FirmwareTables
import MemoryMap

/// Memory of a few pieces at made-up addresses.
struct TestMemory: FirmwareMemory {
    private var pieces: [(start: UInt64, bytes: [UInt8])] = []

    mutating func put(_ bytes: [UInt8], at address: UInt64) { pieces.append((address, bytes)) }

    /// The piece at `address`, to be changed.
    subscript(address: UInt64) -> [UInt8] {
        get { pieces.first { $0.start == address }?.bytes ?? [] }
        set { for index in pieces.indices where pieces[index].start == address { pieces[index].bytes = newValue } }
    }

    func withBytes<Result>(of range: PhysicalRange, _ body: (RawSpan) -> Result) -> Result? {
        for piece in pieces {
            guard let whole = PhysicalRange(start: PhysicalAddress(piece.start), byteCount: UInt64(piece.bytes.count)),
                whole.contains(range)
            else { continue }
            let offset = Int(range.start.rawValue - piece.start)
            let slice = Array(piece.bytes[offset...offset + Int(range.last.rawValue - range.start.rawValue)])
            return body(unsafe slice.span.bytes)
        }
        return nil
    }
}

extension UInt64 {
    func littleEndianBytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: self >> UInt64(8 * $0)) } }
    func bigEndianBytes(_ count: Int) -> [UInt8] { littleEndianBytes(count).reversed() }
}
