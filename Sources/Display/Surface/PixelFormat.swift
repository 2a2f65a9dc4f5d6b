import MemoryReport

/// How the 32 bits of a pixel hold a colour.
///
/// UEFI 2.10, section 12.9: `EFI_GRAPHICS_PIXEL_FORMAT`. The words are little-endian, as on every machine that boots here.
public enum PixelFormat: Hashable, Sendable {
    /// Bytes red, green, blue, unused (`PixelRedGreenBlueReserved8BitPerColor`).
    case rgbx

    /// Bytes blue, green, red, unused (`PixelBlueGreenRedReserved8BitPerColor`).
    case bgrx

    /// Bits at the places that the masks say (`PixelBitMask`).
    case bitmask(PixelMasks)

    /// The 32-bit word that shows `color`; bits that carry no colour are zero.
    @inlinable
    public func pixel(_ color: RGBColor) -> UInt32 {
        switch self {
        case .rgbx: UInt32(color.red) | UInt32(color.green) << 8 | UInt32(color.blue) << 16
        case .bgrx: UInt32(color.blue) | UInt32(color.green) << 8 | UInt32(color.red) << 16
        case .bitmask(let masks): masks.pixel(color)
        }
    }
}
