import MemoryMap

extension TextSink where Self: ~Copyable {
    /// Writes an amount of memory for people: in the largest of B, KiB, MiB, GiB, TiB, PiB and EiB of which there is at least one.
    ///
    /// Whole units have no decimals ("636 KiB"). Everything else is rounded down, so that no figure promises memory that is not
    /// there, to two decimals below ten units and to one above ("7.99 MiB", "35.9 MiB"); decimals that are zero stay, as they
    /// say that there is a little more ("8.00 GiB" is over 8 GiB, "8 GiB" is 8 GiB).
    public mutating func write(size byteCount: UInt64) {
        write(size: byteCount, firstUnit: 0)
    }

    /// Writes the size of `pages` pages for people, as ``write(size:)-(UInt64)`` does.
    public mutating func write(size pages: PageCount) {
        // Bytes would overflow at 2^52 pages, KiB do at 2^62: more than any address space, shown as the most there can be.
        let (kibibytes, overflow) = pages.rawValue.multipliedReportingOverflow(by: PageCount.pageSize / 1024)
        write(size: overflow ? .max : kibibytes, firstUnit: pages == .zero ? 0 : 1)
    }

    /// `amount` counts units of 1024^`firstUnit` bytes.
    private mutating func write(size amount: UInt64, firstUnit: Int) {
        var unit = firstUnit
        var shift: UInt64 = 0
        while unit < 6, amount >> shift >= 1024 {
            unit += 1
            shift += 10
        }
        let whole = amount >> shift
        let rest = amount & ((1 << shift) - 1)
        write(decimal: whole)
        if rest != 0 {
            let scale: UInt64 = whole < 10 ? 100 : 10
            // The product has up to 67 bits; what is left of it after the shift is below `scale`.
            let product = rest.multipliedFullWidth(by: scale)
            let decimals = product.high << (64 - shift) | product.low >> shift
            write(UInt8(ascii: "."))
            write(decimal: decimals, width: whole < 10 ? 2 : 1, padding: UInt8(ascii: "0"))
        }
        write(UInt8(ascii: " "))
        write(Self.unit(unit))
    }

    private static func unit(_ index: Int) -> StaticString {
        switch index {
        case 0: "B"
        case 1: "KiB"
        case 2: "MiB"
        case 3: "GiB"
        case 4: "TiB"
        case 5: "PiB"
        default: "EiB"
        }
    }
}
