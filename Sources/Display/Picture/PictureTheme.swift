import MemoryReport

/// The colours of a picture beside those of ``MemoryCategory``.
enum PictureTheme {
    static let background = RGBColor(red: 13, green: 17, blue: 23)

    /// Below the headings of tables.
    static let rule = RGBColor(red: 45, green: 55, blue: 71)

    /// Behind the labels of magnified strips.
    static let panel = RGBColor(red: 24, green: 31, blue: 42)

    /// Lines: ticks, frames, breaks between windows.
    static let line = RGBColor(red: 92, green: 104, blue: 122)

    static let text = RGBColor(red: 226, green: 232, blue: 240)
    static let dimText = RGBColor(red: 143, green: 156, blue: 175)
    static let good = RGBColor(red: 86, green: 211, blue: 144)
    static let warning = RGBColor(red: 255, green: 166, blue: 87)
}
