/// A number that its owner changes where it lies: for what every call counts in.
///
/// A variable of a class is checked for overlapping accesses whenever it is used, which costs more than the counting.
struct WordCell {
    private let words: Records<UInt64>

    init(_ value: UInt64 = 0) {
        var words = Records<UInt64>(capacity: 1)
        words.grow(by: 1, value)
        self.words = words
    }

    var value: UInt64 {
        get { words[0] }
        nonmutating set { words[0] = newValue }
    }
}
