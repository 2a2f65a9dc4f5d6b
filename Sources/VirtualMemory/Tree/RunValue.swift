/// What a run of a ``RunTree`` can have as its value: something that fits a word, so that a node is one piece of memory.
protocol RunValue: Equatable, BitwiseCopyable {
    init(word: UInt64)
    var word: UInt64 { get }
}

extension UInt64: RunValue {
    init(word: UInt64) { self = word }
    var word: UInt64 { self }
}
