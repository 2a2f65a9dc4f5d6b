import MemoryMap

extension TextSink where Self: ~Copyable {
    /// Writes the name of a type, and the number of one that has none of its own: "Conventional", "OEM 0x70000001".
    public mutating func write(_ type: MemoryType) {
        write(type.name)
        if !type.hasOwnName {
            write(" ")
            write(hexadecimal: UInt64(type.rawValue))
        }
    }

    /// Writes an attribute word as a number and as names: "0xf [UC|WC|WT|WB]".
    ///
    /// The architecture's field and bits without a meaning follow as numbers: "[WB|ISA|field=0x3|unknown=0x20]".
    public mutating func write(_ attributes: MemoryAttributes) {
        write(hexadecimal: attributes.rawValue)
        guard attributes.rawValue != 0 else { return }
        var separator: StaticString = " ["
        for index in 0..<MemoryAttributes.namedCount {
            let (attribute, name) = MemoryAttributes.named(index)
            guard attributes.contains(attribute) else { continue }
            write(separator)
            write(name)
            separator = "|"
        }
        if attributes.isaField != 0 {
            write(separator)
            write("field=")
            write(hexadecimal: UInt64(attributes.isaField))
            separator = "|"
        }
        if attributes.unknown.rawValue != 0 {
            write(separator)
            write("unknown=")
            write(hexadecimal: attributes.unknown.rawValue)
        }
        write("]")
    }

    /// Writes the first and the last address of a range.
    public mutating func write(_ range: PhysicalRange) {
        write(hexadecimal: range.start.rawValue)
        write("-")
        write(hexadecimal: range.last.rawValue)
    }

    /// Writes what is wrong with a memory map and where, in one line without its end.
    public mutating func write(_ error: MemoryMapError) {
        write(error.message)
        switch error {
        case .descriptorSize(let size):
            write(": ")
            write(decimal: size)
        case .descriptorVersion(let version):
            write(": ")
            write(decimal: UInt64(version))
        case .empty:
            break
        case .truncated(let offset, let byteCount):
            write(offset: offset)
            write(", which has only ")
            write(decimal: byteCount)
            write(" bytes")
        case .zeroPages(let offset, let start), .misaligned(let offset, let start):
            write(offset: offset)
            write(address: start)
        case .wraps(let offset, let start, let pages):
            write(offset: offset)
            write(address: start)
            write(", pages ")
            write(hexadecimal: pages.rawValue)
        case .overlap(let offset, let other, let address):
            write(offset: other)
            write(" and")
            write(offset: offset)
            write(address: address)
        case .regionMisaligned(let index, let range):
            write(": number ")
            write(decimal: index)
            write(", ")
            write(range)
        case .regionsOverlap(let index, let other, let address):
            write(": numbers ")
            write(decimal: other)
            write(" and ")
            write(decimal: index)
            write(address: address)
        }
    }

    private mutating func write(offset: Int) {
        write(" at byte ")
        write(decimal: offset)
    }

    private mutating func write(address: PhysicalAddress) {
        write(", address ")
        write(hexadecimal: address.rawValue)
    }
}
