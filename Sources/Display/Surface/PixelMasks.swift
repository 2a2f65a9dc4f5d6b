import MemoryReport

/// Which bits of a 32-bit pixel hold red, green and blue: three runs of bits that do not overlap.
///
/// UEFI 2.10, section 12.9: `EFI_PIXEL_BITMASK`.
public struct PixelMasks: Hashable, Sendable {
    public let red: UInt32
    public let green: UInt32
    public let blue: UInt32

    /// Takes the masks that a firmware reported.
    ///
    /// - Parameter reserved: The bits that carry no colour; they count for the size of a pixel and are written as zero.
    /// - Throws: `PixelFormatError.brokenMask` where a colour has no bits or bits with holes between them,
    ///   `.overlappingMasks` where a bit belongs to two masks, `.notFourBytes` where all masks together end below bit 24,
    ///   which is a pixel of fewer than four bytes.
    public init(red: UInt32, green: UInt32, blue: UInt32, reserved: UInt32) throws(PixelFormatError) {
        guard Self.isRun(red) else { throw .brokenMask(red) }
        guard Self.isRun(green) else { throw .brokenMask(green) }
        guard Self.isRun(blue) else { throw .brokenMask(blue) }
        let overlap = (red & green) | ((red | green) & blue) | ((red | green | blue) & reserved)
        guard overlap == 0 else { throw .overlappingMasks(overlap) }
        let all = red | green | blue | reserved
        guard all.leadingZeroBitCount < 8 else { throw .notFourBytes(all) }
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// The pixel that shows `color`: each channel scaled to the width of its mask and rounded.
    @inlinable
    public func pixel(_ color: RGBColor) -> UInt32 {
        Self.place(color.red, red) | Self.place(color.green, green) | Self.place(color.blue, blue)
    }

    /// `channel` (0 to 255) as the share of the mask's largest value, at the mask's place.
    @inlinable
    static func place(_ channel: UInt8, _ mask: UInt32) -> UInt32 {
        let shift = UInt32(truncatingIfNeeded: mask.trailingZeroBitCount)
        let largest = UInt64(mask >> shift)
        // At most 2^32 * 255: no product overflows 64 bits, and the quotient is at most `largest`.
        return UInt32(truncatingIfNeeded: (UInt64(channel) * largest + 127) / 255) << shift
    }

    /// Whether the set bits are one run without holes.
    static func isRun(_ mask: UInt32) -> Bool {
        guard mask != 0 else { return false }
        let value = mask >> UInt32(mask.trailingZeroBitCount)
        return value & (value &+ 1) == 0
    }
}

/// Why a pixel format cannot be drawn in.
public enum PixelFormatError: Error, Hashable, Sendable {
    /// A colour's mask is empty or has holes.
    case brokenMask(UInt32)

    /// Bits that belong to more than one mask.
    case overlappingMasks(UInt32)

    /// The union of all masks ends below bit 24, so that a pixel takes fewer than four bytes.
    case notFourBytes(UInt32)
}
