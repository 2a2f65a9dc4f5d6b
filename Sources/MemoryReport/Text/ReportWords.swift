#if !hasFeature(Embedded)
    public import MemoryMap

    /// Amounts of memory as text, in the words of all reports.
    public enum SizeText {
        /// An amount in bytes, in the largest unit that suits it.
        public static func bytes(_ count: UInt64) -> String {
            var text = ByteBuffer()
            text.write(size: count)
            return text.text
        }

        /// An amount in bytes, up to the whole address space.
        public static func bytes(_ count: UInt128) -> String {
            if let small = UInt64(exactly: count) { return bytes(small) }
            return pages(PageCount(UInt64(clamping: count >> 12)))
        }

        /// An amount in pages, in the largest unit that suits it.
        public static func pages(_ count: PageCount) -> String {
            var text = ByteBuffer()
            text.write(size: count)
            return text.text
        }
    }

    /// Types and attributes as text, in the words of all reports.
    public enum TypeText {
        /// The name of a type, with its number where it has no name.
        public static func of(_ type: MemoryType) -> String {
            var text = ByteBuffer()
            text.write(type)
            return text.text
        }

        /// The names of attributes.
        public static func of(_ attributes: MemoryAttributes) -> String {
            var text = ByteBuffer()
            text.write(attributes)
            return text.text
        }
    }

    /// Addresses and other words of 64 bits as text.
    public enum HexadecimalText {
        /// The number behind `0x`, with at least `digits` digits.
        public static func text(_ value: UInt64, digits: Int = 1) -> String {
            var text = ByteBuffer()
            text.write(hexadecimal: value, digits: digits)
            return text.text
        }
    }
#endif
