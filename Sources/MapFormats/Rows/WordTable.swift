import MemoryMap

/// The words that sources use for types and names, each kept once.
///
/// Rows carry a number instead of a string, so that reading a row allocates nothing unless its word is new.
public struct WordTable: Sendable {
    /// The number of a row without a word.
    public static let none: UInt32 = 0

    /// The bytes of all words, one after the other.
    private var bytes: [UInt8] = []

    /// Where each word ends in `bytes`; the first one is the empty word.
    private var ends: [Int] = [0]

    /// Open addressing: word numbers, 0 where a slot is free; a power of two long.
    private var slots = [UInt32](repeating: 0, count: 64)

    /// The most words that are told apart and the longest one in bytes: a hostile file must not fill the memory with words.
    public static let limit = 65_536
    public static let longest = 96

    public init() {}

    /// The number of different words, the empty one included.
    public var count: Int { ends.count }

    /// The word with a number; the empty one for a number that there is not.
    public subscript(_ number: UInt32) -> String {
        let index = Int(number)
        guard index > 0, index < ends.count else { return "" }
        return String(decoding: bytes[ends[index - 1]..<ends[index]], as: UTF8.self)
    }

    /// The number of the word that `range` of `line` is; the empty word's where the table is full.
    mutating func number(of line: borrowing Line, _ range: Range<Int>) -> UInt32 {
        let start = range.lowerBound
        let length = min(range.count, Self.longest)
        guard length > 0 else { return Self.none }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in 0..<length { hash = (hash ^ UInt64(line[start + offset])) &* 0x100_0000_01B3 }
        var slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[slot] != 0 {
            if isEqual(Int(slots[slot]), line, start, length) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard ends.count < Self.limit else { return Self.none }
        for offset in 0..<length { bytes.append(line[start + offset]) }
        ends.append(bytes.count)
        slots[slot] = UInt32(ends.count - 1)
        if ends.count * 2 > slots.count { grow() }
        return UInt32(ends.count - 1)
    }

    /// The number of a word that is known beforehand.
    mutating func number(of word: StaticString) -> UInt32 {
        let bytes = word.utf8Bytes
        return number(of: Line(bytes.span.rawBytes), 0..<bytes.count)
    }

    private func isEqual(_ word: Int, _ line: borrowing Line, _ start: Int, _ length: Int) -> Bool {
        let first = ends[word - 1]
        guard ends[word] - first == length else { return false }
        for offset in 0..<length where bytes[first + offset] != line[start + offset] { return false }
        return true
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for word in 1..<ends.count {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in bytes[ends[word - 1]..<ends[word]] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            var slot = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(word)
        }
    }
}
