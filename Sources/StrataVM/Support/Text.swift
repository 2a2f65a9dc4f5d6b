import CHostMemory
import CStrataVM
import SystemPackage

/// Texts of the program's, copied before anything is made of them.
enum Text {
    /// The longest text that is read, in units: that of a counted string of Windows.
    private static let limit = 0x7FFF

    /// The units of a text up to its zero; nil where it cannot be read.
    static func units<Unit: FixedWidthInteger & BitwiseCopyable>(_ text: UnsafePointer<Unit>?) -> [Unit]? {
        guard let text = unsafe text else { return nil }
        var units: [Unit] = []
        while units.count < limit {
            guard let unit = unsafe Arguments.load(text + units.count, default: 0) else { return nil }
            if unit == 0 { return units }
            units.append(unit)
        }
        return nil
    }

    static func utf16(_ text: UnsafePointer<UInt16>?) -> [UInt16]? { unsafe units(text) }

    /// A text of bytes as UTF-16.
    static func utf16(_ text: UnsafePointer<CChar>?) -> [UInt16]? {
        guard let bytes = unsafe units(text) else { return nil }
        return Array(String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self).utf16)
    }

    /// The name of an object; nil where it has none.
    static func name(_ text: UnsafePointer<UInt16>?) throws(Status) -> [UInt16]? {
        guard unsafe text != nil else { return nil }
        guard let name = unsafe utf16(text) else { throw Status(.accessViolation) }
        return name.isEmpty ? nil : name
    }

    static func name(_ text: UnsafePointer<CChar>?) throws(Status) -> [UInt16]? {
        guard unsafe text != nil else { return nil }
        guard let name = unsafe utf16(text) else { throw Status(.accessViolation) }
        return name.isEmpty ? nil : name
    }

    /// The path of a file, with slashes for backslashes.
    static func path(_ text: UnsafePointer<CChar>?) -> FilePath? {
        guard let bytes = unsafe units(text), !bytes.isEmpty else { return nil }
        return path(String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    static func path(_ text: UnsafePointer<UInt16>?) -> FilePath? {
        guard let units = unsafe utf16(text), !units.isEmpty else { return nil }
        return path(String(decoding: units, as: UTF16.self))
    }

    private static func path(_ text: String) -> FilePath {
        FilePath(String(decoding: text.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }, as: UTF8.self))
    }
}
