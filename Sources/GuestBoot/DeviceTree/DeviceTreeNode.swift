import MemoryMap

/// A node of a device tree that is to be written.
///
///     var chosen = DeviceTreeNode("chosen")
///     chosen.add("stdout-path", text: "/pl011@9000000")
public struct DeviceTreeNode: Sendable {
    /// A property: a name and bytes.
    public struct Property: Sendable {
        public let name: StaticString
        public let value: [UInt8]
    }

    /// The name with its unit address, in ASCII.
    public let name: [UInt8]
    public private(set) var properties: [Property] = []
    public var children: [DeviceTreeNode] = []

    /// A node with this name and nothing else; the root's is empty.
    public init(_ name: StaticString) { self.name = name.utf8Bytes }

    /// A node with this name and a unit address after it, in hexadecimal.
    public init(_ name: StaticString, at address: UInt64) {
        self.name = name.utf8Bytes + [UInt8(ascii: "@")] + Self.hexadecimal(address)
    }

    /// A property without a value.
    public mutating func add(_ name: StaticString) { properties.append(Property(name: name, value: [])) }

    /// Adds a property of these bytes.
    public mutating func add(_ name: StaticString, bytes: [UInt8]) { properties.append(Property(name: name, value: bytes)) }

    /// Words of 32 bits.
    public mutating func add(_ name: StaticString, cells: [UInt32]) {
        var value: [UInt8] = []
        for cell in cells { value.appendBigEndian(cell) }
        add(name, bytes: value)
    }

    /// Words of 64 bits, two cells each.
    public mutating func add(_ name: StaticString, words: [UInt64]) {
        var value: [UInt8] = []
        for word in words { value.appendBigEndian(word) }
        add(name, bytes: value)
    }

    /// A list of texts.
    public mutating func add(_ name: StaticString, texts: [StaticString]) {
        var value: [UInt8] = []
        for text in texts { value += text.utf8Bytes + [0] }
        add(name, bytes: value)
    }

    /// A text of bytes that are UTF-8 without a zero.
    public mutating func add(_ name: StaticString, text: [UInt8]) { add(name, bytes: text + [0]) }

    /// The value of a property, or nil where there is none.
    public func value(of name: StaticString) -> [UInt8]? {
        for property in properties where property.name.utf8Bytes == name.utf8Bytes { return property.value }
        return nil
    }

    /// Lower-case digits without zeros at the start.
    static func hexadecimal(_ value: UInt64) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            let digit = UInt8(rest & 15)
            digits.insert(digit < 10 ? 0x30 + digit : 0x57 + digit, at: 0)
            rest >>= 4
        } while rest != 0
        return digits
    }
}
