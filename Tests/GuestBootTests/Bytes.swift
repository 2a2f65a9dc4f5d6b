import GuestBoot
import GuestLayout
import MemoryMap

/// Integers in the bytes that the builders made.
extension [UInt8] {
    func word<T: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
        (0..<MemoryLayout<T>.size).reduce(0) { $0 | T(self[offset + $1]) << T($1 * 8) }
    }

    var byteSum: UInt8 { reduce(0, &+) }
}

func range(_ start: UInt64, _ byteCount: UInt64) -> PhysicalRange {
    guard let range = PhysicalRange(start: PhysicalAddress(start), byteCount: byteCount) else {
        preconditionFailure("a range has a byte and ends within 64 bits")
    }
    return range
}
