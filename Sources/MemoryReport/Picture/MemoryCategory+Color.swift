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
    public var color: RGBColor {
        switch self {
        case .usable: RGBColor(red: 0, green: 158, blue: 115)
        case .loader: RGBColor(red: 240, green: 228, blue: 66)
        case .bootServices: RGBColor(red: 86, green: 180, blue: 233)
        case .runtimeServices: RGBColor(red: 213, green: 94, blue: 0)
        case .acpi: RGBColor(red: 204, green: 121, blue: 167)
        case .reserved: RGBColor(red: 120, green: 120, blue: 120)
        case .memoryMappedIO: RGBColor(red: 0, green: 90, blue: 200)
        case .persistent: RGBColor(red: 230, green: 159, blue: 0)
        case .unaccepted: RGBColor(red: 245, green: 245, blue: 245)
        case .unusable: RGBColor(red: 140, green: 20, blue: 60)
        case .other: RGBColor(red: 150, green: 110, blue: 220)
        case .hole: RGBColor(red: 40, green: 40, blue: 40)
        }
    }
}
