import PageReplacement

/// Numbers sparse page numbers in the order of first use.
struct PageNumbering {
    private var indices: [UInt64: UInt32] = [:]

    var count: Int { indices.count }

    mutating func index(of number: UInt64) -> PageIndex {
        if let index = indices[number] { return PageIndex(rawValue: index) }
        let index = UInt32(indices.count)
        indices[number] = index
        return PageIndex(rawValue: index)
    }
}
