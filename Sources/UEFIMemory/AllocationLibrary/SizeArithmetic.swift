public import MemoryMap

/// MdePkg's macros for sizes and alignment, checked: what does not fit 64 bits is nil instead of a small number.
///
/// The types of `MemoryMap` have the same as methods (`PageCount(roundingUp:)`, `alignedUp(to:)`, …); these are for code that is
/// ported line by line.
public enum SizeArithmetic {
    /// `EFI_SIZE_TO_PAGES`: the pages that `byteCount` bytes need. The macro gives 0 for the last 4095 sizes; this is right for all.
    public static func sizeToPages(_ byteCount: UInt64) -> PageCount { PageCount(roundingUp: byteCount) }

    /// `EFI_PAGES_TO_SIZE`: the size of pages in bytes, or nil for 2^52 pages and more.
    public static func pagesToSize(_ count: PageCount) -> UInt64? { count.byteCount }

    /// `ALIGN_VALUE`: the smallest multiple of `alignment` that is not below `value`; nil where that is 2^64, or where `alignment` is no
    /// power of two.
    public static func alignValue(_ value: UInt64, to alignment: UInt64) -> UInt64? {
        guard let addend = alignValueAddend(value, to: alignment) else { return nil }
        let (sum, overflow) = value.addingReportingOverflow(addend)
        return overflow ? nil : sum
    }

    /// `ALIGN_VALUE_ADDEND`: what has to be added to `value` to reach a multiple of `alignment`; nil where that is no power of two.
    public static func alignValueAddend(_ value: UInt64, to alignment: UInt64) -> UInt64? {
        guard isPowerOfTwo(alignment) else { return nil }
        return (0 &- value) & (alignment - 1)
    }

    /// `ALIGN_POINTER`: as ``alignValue(_:to:)`` for an address.
    public static func alignPointer(_ address: PhysicalAddress, to alignment: UInt64) -> PhysicalAddress? {
        alignValue(address.rawValue, to: alignment).map { PhysicalAddress($0) }
    }

    /// `IS_ALIGNED`: whether `value` is a multiple of `alignment`; false where that is no power of two.
    public static func isAligned(_ value: UInt64, to alignment: UInt64) -> Bool {
        alignValueAddend(value, to: alignment) == 0
    }

    /// `IS_POW2`.
    public static func isPowerOfTwo(_ value: UInt64) -> Bool { value.nonzeroBitCount == 1 }
}
