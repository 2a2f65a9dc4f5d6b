/// A colour by its parts of red, green and blue light, 0 to 255 each.
public struct RGBColor: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    @inlinable
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }
}

extension MemoryCategory {
    /// The category's colour on a dark background: terminals, the framebuffer and files all take it from here.
    ///
    /// Any two differ in CIE L*a*b* by at least 29 for ordinary sight and for those who lack the red or the green cones, and by at
    /// least 22 for those who lack the blue ones.
    public var color: RGBColor {
        switch self {
        case .usable: RGBColor(red: 61, green: 174, blue: 96)
        case .loader: RGBColor(red: 255, green: 240, blue: 30)
        case .bootServices: RGBColor(red: 93, green: 214, blue: 255)
        case .runtimeServices: RGBColor(red: 173, green: 57, blue: 2)
        case .acpi: RGBColor(red: 167, green: 71, blue: 171)
        case .reserved: RGBColor(red: 142, green: 149, blue: 154)
        case .memoryMappedIO: RGBColor(red: 28, green: 26, blue: 249)
        case .persistent: RGBColor(red: 202, green: 174, blue: 47)
        case .softReserved: RGBColor(red: 168, green: 252, blue: 147)
        case .unaccepted: RGBColor(red: 233, green: 252, blue: 246)
        case .unusable: RGBColor(red: 105, green: 62, blue: 49)
        case .other: RGBColor(red: 173, green: 90, blue: 252)
        case .hole: RGBColor(red: 22, green: 22, blue: 34)
        }
    }
}
